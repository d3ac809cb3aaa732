"""How one wants to be reminded."""

from common.forms import RecordForm
from events.models import EventPreferences


class PreferencesForm(RecordForm):
    class Meta:
        model = EventPreferences
        fields = ["reminders_by_email", "summary_by_email"]
