from django.urls import path

from contacts.lists import AddressList, ContactLinkList
from contacts.views import accounts, addresses, imports, labels, people, pickers

app_name = "contacts"

urlpatterns = [
    path("persons/", ContactLinkList.as_view(), name="contactperson_list"),
    path("persons/add/", people.contactperson_add, name="contactperson_add"),
    path("persons/picker/", pickers.contactperson_picker, name="contactperson_picker"),
    path("persons/<int:pk>/", people.contactperson_detail, name="contactperson_detail"),
    path("persons/<int:pk>/edit/", people.contactperson_edit, name="contactperson_edit"),
    path("persons/<int:pk>/archive/", people.contactperson_archive, name="contactperson_archive"),
    path("persons/<int:pk>/restore/", people.contactperson_restore, name="contactperson_restore"),
    path("links/<int:pk>/edit/", people.contactlink_edit, name="contactlink_edit"),
    path("links/<int:pk>/primary/", people.contactlink_primary, name="contactlink_primary"),
    path("links/<int:pk>/archive/", people.contactlink_archive, name="contactlink_archive"),
    path("links/<int:pk>/restore/", people.contactlink_restore, name="contactlink_restore"),
    path("addresses/", AddressList.as_view(), name="address_list"),
    path("addresses/add/", addresses.address_add, name="address_add"),
    path("addresses/labels/", labels.address_labels, name="address_labels"),
    path("addresses/<int:pk>/edit/", addresses.address_edit, name="address_edit"),
    path("addresses/<int:pk>/archive/", addresses.address_archive, name="address_archive"),
    path("addresses/<int:pk>/restore/", addresses.address_restore, name="address_restore"),
    path("bank-accounts/add/", accounts.bankaccount_add, name="bankaccount_add"),
    path("bank-accounts/<int:pk>/edit/", accounts.bankaccount_edit, name="bankaccount_edit"),
    path("bank-accounts/<int:pk>/confirm/", accounts.bankaccount_confirm, name="bankaccount_confirm"),
    path("bank-accounts/<int:pk>/default/", accounts.bankaccount_default, name="bankaccount_default"),
    path("bank-accounts/<int:pk>/archive/", accounts.bankaccount_archive, name="bankaccount_archive"),
    path("bank-accounts/<int:pk>/restore/", accounts.bankaccount_restore, name="bankaccount_restore"),
    path("settlements/", pickers.settlement_picker, name="settlement_picker"),
    path("banks/", pickers.bank_picker, name="bank_picker"),
    path("imports/", imports.ImportList.as_view(), name="import_list"),
    path("imports/start/", imports.pages.start, name="import_start"),
    path("imports/sample/", imports.pages.sample_file, name="import_sample"),
    path("imports/<int:pk>/", imports.ImportReview.as_view(), name="import_review"),
    path("imports/<int:pk>/columns/", imports.pages.map, name="import_map"),
    path("imports/<int:pk>/check/", imports.pages.plan, name="import_plan"),
    path("imports/<int:pk>/apply/", imports.pages.apply, name="import_apply"),
    path("imports/<int:pk>/undo/", imports.pages.undo, name="import_undo"),
    path("imports/<int:pk>/errors/", imports.pages.errors, name="import_errors"),
]
