import SqueezeSAM

/// What the person did, to take back and to do again. The session keeps the prompts; this keeps what
/// the session forgets once it is taken back.
public struct PromptHistory: Equatable, Sendable {
    public enum Action: Equatable, Sendable {
        case add(Prompt)
        case clear
    }

    public private(set) var done: [Action] = []
    public private(set) var undone: [Action] = []

    public init() {}

    /// With prompts that are there already.
    public init(prompts: [Prompt]) {
        done = prompts.map(Action.add)
    }

    public var canUndo: Bool { !done.isEmpty }
    public var canRedo: Bool { !undone.isEmpty }
    public var canClear: Bool { !prompts.isEmpty }

    /// The prompts in force: the box, if there is one, then the clicks, oldest first.
    public var prompts: [Prompt] {
        var box: Prompt?
        var clicks: [Prompt] = []
        for action in done {
            switch action {
            case .add(let prompt):
                if case .box = prompt { box = prompt } else { clicks.append(prompt) }
            case .clear:
                box = nil
                clicks = []
            }
        }
        return (box.map { [$0] } ?? []) + clicks
    }

    /// Something new: what was undone cannot be done again.
    public mutating func perform(_ action: Action) {
        done.append(action)
        undone = []
    }

    /// False if there is nothing to take back.
    public mutating func undo() -> Bool {
        guard let action = done.popLast() else { return false }
        undone.append(action)
        return true
    }

    /// The action that is done again; nil if there is none.
    public mutating func redo() -> Action? {
        guard let action = undone.popLast() else { return nil }
        done.append(action)
        return action
    }
}
