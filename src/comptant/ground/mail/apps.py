"""The floor of mail."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Letters and e-mails: waiting to leave, gone."""

    name = "comptant.ground.mail"
    label = "mail"
