"""What Django may assume of our tables."""

from django.db.backends.postgresql import features


class DatabaseFeatures(features.DatabaseFeatures):
    """The database's primary key is (firm_id, id), Django's is id: group by every column (R9)."""

    allows_group_by_selected_pks = False
