
app_name = "counterparties"
urlpatterns: list = []
