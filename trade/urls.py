from django.urls import URLPattern, path

from trade.lists import ArticleList, ConditionList, PriceListList
from trade.views import articles, conditions, imports, labels, picking, prices

app_name = "trade"

urlpatterns: list[URLPattern] = [
    # Articles
    path("articles/", ArticleList.as_view(), name="article_list"),
    path("articles/add/", articles.article_add, name="article_add"),
    path("articles/picker/", picking.article_picker, name="article_picker"),
    path("articles/price/", picking.article_price, name="article_price"),
    path("articles/labels/", labels.article_labels, name="article_labels"),
    path("articles/<int:pk>/", articles.article_detail, name="article_detail"),
    path("articles/<int:pk>/edit/", articles.article_edit, name="article_edit"),
    path("articles/<int:pk>/archive/", articles.article_archive, name="article_archive"),
    path("articles/<int:pk>/restore/", articles.article_restore, name="article_restore"),
    # Price lists
    path("price-lists/", PriceListList.as_view(), name="pricelist_list"),
    path("price-lists/add/", prices.pricelist_add, name="pricelist_add"),
    path("price-lists/<int:pk>/", prices.PriceListDetail.as_view(), name="pricelist_detail"),
    path("price-lists/<int:pk>/edit/", prices.pricelist_edit, name="pricelist_edit"),
    path("price-lists/<int:pk>/copy/", prices.pricelist_copy, name="pricelist_copy"),
    path("price-lists/<int:pk>/archive/", prices.pricelist_archive, name="pricelist_archive"),
    path("price-lists/<int:pk>/restore/", prices.pricelist_restore, name="pricelist_restore"),
    path("price-lists/<int:pk>/prices/add/", prices.pricelistprice_add, name="pricelistprice_add"),
    path("prices/<int:pk>/edit/", prices.pricelistprice_edit, name="pricelistprice_edit"),
    path("prices/<int:pk>/change/", prices.pricelistprice_change, name="pricelistprice_change"),
    path("prices/<int:pk>/end/", prices.pricelistprice_end, name="pricelistprice_end"),
    path("prices/<int:pk>/delete/", prices.pricelistprice_delete, name="pricelistprice_delete"),
    path("prices/explain/", conditions.price_explain, name="price_explain"),
    path("terms/<int:pk>/edit/", prices.partyterms_edit, name="partyterms_edit"),
    # Import of articles and prices
    path("imports/", imports.TradeImportList.as_view(), name="import_list"),
    path("imports/start/", imports.pages.start, name="import_start"),
    path("imports/sample/", imports.pages.sample_file, name="import_sample"),
    path("imports/<int:pk>/", imports.TradeImportReview.as_view(), name="import_review"),
    path("imports/<int:pk>/columns/", imports.pages.map, name="import_map"),
    path("imports/<int:pk>/check/", imports.pages.plan, name="import_plan"),
    path("imports/<int:pk>/apply/", imports.pages.apply, name="import_apply"),
    path("imports/<int:pk>/undo/", imports.pages.undo, name="import_undo"),
    path("imports/<int:pk>/errors/", imports.pages.errors, name="import_errors"),
    # Price conditions
    path("conditions/", ConditionList.as_view(), name="pricecondition_list"),
    path("conditions/add/", conditions.pricecondition_add, name="pricecondition_add"),
    path("conditions/<int:pk>/edit/", conditions.pricecondition_edit, name="pricecondition_edit"),
    path("conditions/<int:pk>/archive/", conditions.pricecondition_archive, name="pricecondition_archive"),
    path("conditions/<int:pk>/restore/", conditions.pricecondition_restore, name="pricecondition_restore"),
]
