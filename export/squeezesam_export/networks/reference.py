"""The network in float32 that everything is measured against, and its programs to be lowered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import torch
from squeezesam_model.count import count_macs, count_parameters
from squeezesam_model.network import FromProgram, Network, PreviousMask, Program, ordered
from torch import Tensor, nn

from squeezesam_export.errors import ExportError
from squeezesam_export.networks.filling import (
    Filling,
    Frame,
    example,
    fill,
    frame_of,
    prompts_from_heat,
)
from squeezesam_export.networks.folding import fold
from squeezesam_export.photos.views import View
from squeezesam_export.program import F32, Execute, SourceProgram


@dataclass(frozen=True, eq=False)
class PreparedView:
    """A view as inputs of every program.

    Attributes:
        view: where it comes from, with prompts.
        inputs: program → its inputs in order; what comes from other programs is the fp32 one's.
        frames: program → where the photo lies in its input.
    """

    view: View
    inputs: Mapping[str, tuple[Tensor, ...]]
    frames: Mapping[str, Frame]


class _Tuple(nn.Module):
    """Returns a plain tuple, which every exporter understands."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        out = self.model(*inputs)
        return (out,) if isinstance(out, Tensor) else tuple(out)


@dataclass(frozen=True, eq=False)
class Reference:
    """A network's programs in float32, run in the order of what they read of each other.

    Attributes:
        network: whose they are.
        programs: in the network's own order.

    Raises:
        ExportError: the programs contradict one another.
    """

    network: Network
    programs: tuple[Program, ...] = field(init=False, repr=False)
    _order: tuple[Program, ...] = field(init=False, repr=False)
    _modules: dict[str, _Tuple] = field(init=False, repr=False)
    _outputs: WeakKeyDictionary[PreparedView, dict[str, list[F32]]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "programs", tuple(self.network.programs))
        try:
            order = tuple(ordered(self.programs))
        except ValueError as error:
            raise ExportError(f"the preset '{self.network.preset}': {error}") from error
        object.__setattr__(self, "_order", order)
        modules = {program.name: _Tuple(program.module).eval() for program in order}
        object.__setattr__(self, "_modules", modules)
        for role in ("masks", "scores"):
            if self.giving(role) is None:
                raise ExportError(
                    f"the preset '{self.network.preset}' gives no output the role '{role}'"
                )

    @property
    def parameters(self) -> int:
        """Numbers of the program that gives the masks, and of what it reads of."""
        wanted, found = [self.mask_program], {}
        while wanted:
            program = wanted.pop()
            found[program.name] = count_parameters(program.module)
            names = {i.source.program for i in program.inputs if isinstance(i.source, FromProgram)}
            wanted += [p for p in self._order if p.name in names - set(found)]
        return sum(found.values())

    @property
    def mask_program(self) -> Program:
        """The program that gives the masks."""
        found = self.giving("masks")
        assert found is not None
        return found

    def giving(self, role: str) -> Program | None:
        """The program that has an output of this role."""
        for program in self._order:
            if any(output.role == role for output in program.outputs):
                return program
        return None

    def prepare(self, view: View) -> PreparedView:
        """Inputs of all programs; a view without prompts gets some from its own heat map.

        Raises:
            ExportError: a program takes no photo.
        """
        try:
            frames = {p.name: frame_of(self.programs, p, view) for p in self._order}
        except ValueError as error:
            raise ExportError(f"the preset '{self.network.preset}': {error}") from error
        if not view.prompts:
            view = replace(view, prompts=self._own_prompts(view, frames))
        inputs: dict[str, tuple[Tensor, ...]] = {}
        upstream: dict[tuple[str, str], Tensor] = {}
        for program in self._order:
            filling = Filling(view, frames[program.name], self.network.prompts, upstream)
            inputs[program.name] = self._filled(program, filling)
            outputs = self._run(program.name, inputs[program.name])
            self._note(program, outputs, upstream)
        return PreparedView(view, inputs, frames)

    def _filled(self, program: Program, filling: Filling) -> tuple[Tensor, ...]:
        """Every other view shows a program that takes one its last mask, or it would see none."""
        inputs = fill(program, filling)
        takes_one = any(isinstance(one.source, PreviousMask) for one in program.inputs)
        if not takes_one or int(filling.view.rgb.sum()) // 2 % 2:
            return inputs
        found = dict(
            zip((o.role for o in program.outputs), self._run(program.name, inputs), strict=True)
        )
        if not {"masks", "scores"} <= set(found):
            return inputs
        return fill(program, replace(filling, previous=(found["masks"], found["scores"])))

    def expected(self, prepared: PreparedView) -> dict[str, list[F32]]:
        """Program → outputs in order; computed once per view."""
        known = self._outputs.get(prepared)
        if known is None:
            known = {
                name: [output.numpy() for output in self._run(name, inputs)]
                for name, inputs in prepared.inputs.items()
            }
            self._outputs[prepared] = known
        return known

    def found(
        self, prepared: PreparedView, executes: Mapping[str, Execute]
    ) -> dict[str, list[F32]]:
        """Program → outputs of the written programs, each fed with what the others wrote."""
        made: dict[tuple[str, str], F32] = {}
        outputs: dict[str, list[F32]] = {}
        for program in self._order:
            if program.name not in executes:
                continue
            inputs = [
                made.get((one.source.program, one.source.output), given.numpy())
                if isinstance(one.source, FromProgram)
                else given.numpy()
                for one, given in zip(program.inputs, prepared.inputs[program.name], strict=True)
            ]
            outputs[program.name] = executes[program.name](inputs)
            for output, array in zip(program.outputs, outputs[program.name], strict=True):
                made[program.name, output.name] = array
        return outputs

    def sources(self, calibration: Sequence[PreparedView]) -> tuple[SourceProgram, ...]:
        """All programs, folded and fixed in size, ready to be lowered."""
        return tuple(self._source(program, calibration) for program in self.programs)

    def _source(self, program: Program, calibration: Sequence[PreparedView]) -> SourceProgram:
        inputs = example(program)
        return SourceProgram(
            name=program.name,
            module=_Tuple(fold(program.module)).eval(),
            inputs=inputs,
            outputs=tuple(output.name for output in program.outputs),
            calibration=tuple(view.inputs[program.name] for view in calibration),
            macs=count_macs(program.module, tuple(inputs.values())),
        )

    def _own_prompts(
        self, view: View, frames: Mapping[str, Frame]
    ) -> tuple[tuple[float, float, int], ...]:
        program = self.giving("heat")
        if program is None or any(isinstance(i.source, FromProgram) for i in program.inputs):
            height, width = view.rgb.shape[:2]
            return (((width - 1) / 2, (height - 1) / 2, 1),)
        filling = Filling(view, frames[program.name], self.network.prompts, {})
        outputs = self._run(program.name, fill(program, filling))
        place = [output.role for output in program.outputs].index("heat")
        return prompts_from_heat(outputs[place], frames[program.name], view)

    def _run(self, name: str, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        with torch.inference_mode():
            return self._modules[name](*inputs)  # type: ignore[no-any-return]

    @staticmethod
    def _note(
        program: Program, outputs: tuple[Tensor, ...], upstream: dict[tuple[str, str], Tensor]
    ) -> None:
        if len(outputs) != len(program.outputs):
            raise ExportError(
                f"the program '{program.name}' gives {len(outputs)} outputs, not the "
                f"{len(program.outputs)} that it declares"
            )
        for output, tensor in zip(program.outputs, outputs, strict=True):
            upstream[program.name, output.name] = tensor
