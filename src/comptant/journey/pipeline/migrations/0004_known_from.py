from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0003_costs")]

    operations = [
        migrations.RenameField("closure", "recorded_at", "known_from"),
        migrations.RenameField("threshold", "recorded_at", "known_from"),
    ]
