"""XNNPACK's partitioner with as few delegates as the graph allows, and none that need each other.

ExecuTorch's own merging looks at two partitions at a time. With linear layers quantised at run
time it ends with partitions A and B that each need something of the other, and lowering fails
("dependency cycles").
"""

from __future__ import annotations

from collections.abc import Sequence

from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from torch import fx
from torch.export import ExportedProgram
from torch.fx.passes.infra.partitioner import Partition

from squeezesam_export.program import ExportError


class StagedPartitioner(XnnpackPartitioner):  # type: ignore[misc]
    """Delegates by stage: stage k + 1 waits for what the host computes from stage k."""

    def generate_partitions(self, ep: ExportedProgram) -> list[Partition]:
        groups = self.get_matched_nodes_from_configs(ep)
        stages = stage_groups(ep.graph_module.graph, groups)
        nodes: dict[int, list[fx.Node]] = {}
        for group, stage in zip(groups, stages, strict=True):
            nodes.setdefault(stage, []).extend(group)
        return [Partition(id=stage, nodes=nodes[stage]) for stage in sorted(nodes)]


def stage_groups(graph: fx.Graph, groups: Sequence[Sequence[fx.Node]]) -> list[int]:
    """The earliest stage of every group of nodes that a delegate must take together.

    A group's stage is no lower than that of a delegated node it reads, and higher than that of a
    host node it reads; a host node has the highest stage of what it reads. So data never flows
    back to a lower stage, and the groups of a stage can be one delegate.

    Raises:
        ExportError: two groups need each other through the host.
    """
    group_of = {node: index for index, group in enumerate(groups) for node in group}
    computed = [node for node in graph.nodes if node.op == "call_function"]
    stage_of_group = [0] * len(groups)
    stage_of_host: dict[fx.Node, int] = {}
    # A round settles at least one more group; only groups that wait for each other never settle.
    for _ in range(len(groups) + 1):
        before = list(stage_of_group)
        for node in computed:
            least = 0
            # Constants are copied to whoever reads them: they make nobody wait.
            for source in node.all_input_nodes:
                if source in group_of and source.op == "call_function":
                    least = max(least, stage_of_group[group_of[source]])
                elif source in stage_of_host:
                    least = max(least, stage_of_host[source] + (node in group_of))
            if node in group_of:
                group = group_of[node]
                stage_of_group[group] = max(stage_of_group[group], least)
            else:
                stage_of_host[node] = least
        if stage_of_group == before:
            return stage_of_group
    raise ExportError("XNNPACK cannot take this network over: two of its parts wait for each other")
