"""The icons that a type of event may have; named here, they are in the sprite."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class TypeIcon(NamedTuple):
    icon: str
    label: Any


TYPE_ICONS = [
    TypeIcon(icon="telephone", label=_("telephone")),
    TypeIcon(icon="people", label=_("people")),
    TypeIcon(icon="envelope", label=_("envelope")),
    TypeIcon(icon="check2-square", label=_("task")),
    TypeIcon(icon="sticky", label=_("note")),
    TypeIcon(icon="calendar-event", label=_("calendar")),
    TypeIcon(icon="camera-video", label=_("video call")),
    TypeIcon(icon="chat-dots", label=_("message")),
    TypeIcon(icon="geo-alt", label=_("place")),
    TypeIcon(icon="car-front", label=_("car")),
    TypeIcon(icon="truck", label=_("lorry")),
    TypeIcon(icon="box-seam", label=_("parcel")),
    TypeIcon(icon="tools", label=_("tools")),
    TypeIcon(icon="clipboard-check", label=_("inspection")),
    TypeIcon(icon="mortarboard", label=_("training")),
    TypeIcon(icon="cup-hot", label=_("coffee")),
    TypeIcon(icon="gift", label=_("gift")),
    TypeIcon(icon="bank", label=_("institution")),
    TypeIcon(icon="file-earmark-text", label=_("document")),
    TypeIcon(icon="star", label=_("star")),
]
