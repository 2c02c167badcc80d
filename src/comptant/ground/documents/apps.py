"""The floor of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files that prove: kept to the byte, named by their SHA-256."""

    name = "comptant.ground.documents"
    label = "documents"
