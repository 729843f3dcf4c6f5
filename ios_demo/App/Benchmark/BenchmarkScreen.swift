import BenchmarkModel
import SwiftUI

/// Measures this device by hand; the same as the launch arguments do.
struct BenchmarkScreen: View {
    @StateObject private var store = BenchmarkStore()
    @Environment(\.dismiss) private var dismiss
    @State private var settings = BenchmarkSettings()
    @State private var units: Set<ComputeUnit> = [.cpuAndNeuralEngine]

    var body: some View {
        NavigationStack {
            Form {
                choices
                BenchmarkOutcome(phase: store.phase)
            }
            .navigationTitle("Benchmark")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) {
                    Button("Close") { dismiss() }
                        .disabled(store.isRunning)
                }
                ToolbarItem(placement: .confirmationAction) {
                    if store.isRunning {
                        Button("Stop") { store.cancel() }
                    } else {
                        Button("Start", action: start)
                            .disabled(units.isEmpty)
                    }
                }
            }
        }
        .interactiveDismissDisabled(store.isRunning)
    }

    private var choices: some View {
        Section {
            Picker("Bundle", selection: $settings.bundle) {
                Text("Built in").tag(String?.none)
                ForEach(BundleFolders.app.names, id: \.self) { name in
                    Text(verbatim: name).tag(String?.some(name))
                }
            }
            ForEach(ComputeUnit.allCases, id: \.self) { unit in
                Toggle(unit.title, isOn: isChosen(unit))
            }
            Stepper(value: $settings.runs, in: 10...200, step: 10) {
                LabeledContent("Runs", value: settings.runs.formatted())
            }
        } footer: {
            Text("Keep the screen on and the phone cool. Results are written to a file.")
        }
        .disabled(store.isRunning)
    }

    private func isChosen(_ unit: ComputeUnit) -> Binding<Bool> {
        Binding(
            get: { units.contains(unit) },
            set: { if $0 { units.insert(unit) } else { units.remove(unit) } })
    }

    private func start() {
        settings.computeUnits = ComputeUnit.allCases.filter(units.contains)
        settings.command = "benchmark screen"  // not translated
        store.start(settings)
    }
}
