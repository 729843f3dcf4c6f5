// An engine for pipelines of any shape: it answers with numbers that tell what it was given.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "squeezesam/ssam.h"

namespace test {

// Every output is filled with a disc of logits round its middle, larger with every run of the
// program; scores fall from the first candidate on.
struct PipelineEngine {
    std::map<std::string, int> runs;                   // by program
    std::map<std::string, std::vector<float>> inputs;  // "program.input": of the last run
    std::function<void(const std::string& program)> during;

    ssam_engine engine();
    const std::vector<float>& seen(const std::string& name) const { return inputs.at(name); }
};

// The handles for a test with a photo of 160x120 opened, freed at its end.
class PipelineRig {
 public:
    explicit PipelineRig(const std::string& manifest);
    ~PipelineRig();
    PipelineRig(const PipelineRig&) = delete;
    PipelineRig& operator=(const PipelineRig&) = delete;

    void open(double cx = 100, double cy = 50);
    void click(double x, double y, bool foreground = true);
    void undo();
    void predict() { const MaskHandle mask(session); }

    PipelineEngine fake;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
};

// Pairs and programs that take the last mask, at 64x64.
std::string split_manifest();     // "encode" once a photo, "decode" at every prompt; logits
std::string refining_manifest();  // "heat", and "segment" with planes and probabilities

}  // namespace test
