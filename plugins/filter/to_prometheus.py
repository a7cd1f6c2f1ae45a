# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Documented in to_prometheus.yml.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.cmg.plugins.module_utils._core.errors import CmgError, InvalidInput
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.looks import whole_report_of
from ansible_collections.configmgr.cmg.plugins.module_utils._core.outputs.prometheus import Metric, metrics_of
from ansible_collections.configmgr.cmg.plugins.module_utils._module.libraries import require_library


def to_prometheus(result: Any, *, checked_at: Any = None) -> str:
    """The result as metrics in the text format of Prometheus."""
    try:
        require_library("prometheus_client", purpose="write metrics", requirement="prometheus-client>=0.21.0")
        return _text(metrics_of(whole_report_of(result), _seconds(checked_at)))
    except CmgError as error:
        raise AnsibleFilterError(error.message) from error


def _seconds(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        example = "now(utc=true).timestamp()"
        raise InvalidInput(f"checked_at is {value!r}. Give it in seconds since 1970, such as {example}.") from None


class _Collector:
    """Hands metrics that are there already to the library, which asks for them when it writes."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for metric in self._metrics:
            family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for labels, value in metric.samples.items():
                family.add_metric(labels, value)
            yield family


def _text(metrics: Sequence[Metric]) -> str:
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(metrics))
    text: str = generate_latest(registry).decode("utf-8")
    return text


class FilterModule:
    """Tells Ansible about the filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_prometheus": to_prometheus}
