#include "report.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "printable.h"

namespace cli {
namespace {

std::string listed(const std::vector<std::string>& items, const char* open, const char* close) {
    std::string all = open;
    for (const std::string& item : items) {
        all += (&item == items.data() ? "" : ", ") + item;
    }
    return all + close;
}

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

std::string member(const char* name, const std::string& value) {
    return quoted(name) + ": " + value;
}

bool is_automatic(const ssam_mask_info& info) {
    return std::any_of(info.prompts, info.prompts + info.prompt_count,
                       [](const ssam_prompt& prompt) { return prompt.automatic != 0; });
}

std::string prompt_json(const ssam_prompt& prompt) {
    const char* const kinds[] = {"background", "foreground", "box"};
    std::vector<std::string> members{member("type", quoted(kinds[prompt.kind]))};
    if (prompt.kind == SSAM_PROMPT_BOX) {
        members.insert(members.end(),
                       {member("x0", number(prompt.x0)), member("y0", number(prompt.y0)),
                        member("x1", number(prompt.x1)), member("y1", number(prompt.y1))});
    } else {
        members.insert(members.end(),
                       {member("x", number(prompt.x0)), member("y", number(prompt.y0))});
    }
    members.push_back(member("automatic", prompt.automatic != 0 ? "true" : "false"));
    return listed(members, "{", "}");
}

std::string timings_json(const ssam_timings& ms, double decode_ms) {
    const std::pair<const char*, double> stages[] = {{"decode", decode_ms}, {"open", ms.open},
                                                     {"clicks", ms.clicks}, {"prompts", ms.prompts},
                                                     {"mask", ms.mask},     {"total", ms.total}};
    std::vector<std::string> members;
    for (const auto& [name, value] : stages) {
        members.push_back(member(name, rounded(value, 3)));
    }
    std::vector<std::string> programs;
    for (int32_t i = 0; i < ms.program_count; ++i) {
        programs.push_back(quoted(ms.programs[i].name) + ": " + rounded(ms.programs[i].ms, 3));
    }
    members.push_back(member("programs", listed(programs, "{", "}")));
    return listed(members, "{", "}");
}

std::string rle(const ssam_mask* mask) {
    size_t length = 0;
    must(ssam_mask_rle_string(mask, nullptr, 0, &length));
    std::string text(length + 1, '\0');
    must(ssam_mask_rle_string(mask, text.data(), text.size(), &length));
    text.resize(length);
    return text;
}

}  // namespace

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const size_t length = character_length(text, at);
        if (length == 0 || byte < 0x20) {
            // A name need not be UTF-8, JSON must: Python too writes half a surrogate.
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", length == 0 ? 0xDC00U | byte : byte);
            out += escape;
            ++at;
            continue;
        }
        if (byte == '"' || byte == '\\') {
            out += '\\';
        }
        out += text.substr(at, length);
        at += length;
    }
    return out + '"';
}

std::string rounded(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string account(const Arguments& arguments, const ssam_mask_info& info,
                    const std::string& output) {
    const double share = 100.0 * static_cast<double>(info.area) /
                         (static_cast<double>(info.width) * static_cast<double>(info.height));
    const std::string count = std::to_string(info.prompt_count);
    const std::string how =
        is_automatic(info) ? "automatic" : count + (info.prompt_count > 1 ? " prompts" : " prompt");
    return printable(arguments.photo) + ": " + std::to_string(info.width) + "\xC3\x97" +
           std::to_string(info.height) + ", " + how + ", score " +
           rounded(static_cast<double>(info.score), 2) + ", object " + rounded(share, 1) +
           " % -> " + printable(output) + "\n";
}

std::string json_account(const Arguments& arguments, const Model& model, const ssam_mask* mask,
                         double decode_ms, const std::string& output) {
    ssam_mask_info info{};
    must(ssam_mask_get_info(mask, &info));
    ssam_bundle_info bundle{};
    must(ssam_bundle_get_info(model.bundle.get(), &bundle));
    std::vector<std::string> candidates;
    for (int32_t i = 0; i < info.candidate_count; ++i) {
        candidates.push_back(listed({member("index", std::to_string(i)),
                                     member("score", rounded(double{info.scores[i]}, 6))},
                                    "{", "}"));
    }
    std::vector<std::string> prompts;
    std::transform(info.prompts, info.prompts + info.prompt_count, std::back_inserter(prompts),
                   prompt_json);
    const std::string box =
        listed({std::to_string(info.box_x), std::to_string(info.box_y),
                std::to_string(info.box_width), std::to_string(info.box_height)},
               "[", "]");
    const std::string size =
        listed({std::to_string(info.height), std::to_string(info.width)}, "[", "]");
    return listed(
        {member("photo", quoted(arguments.photo)), member("width", std::to_string(info.width)),
         member("height", std::to_string(info.height)), member("bundle", quoted(bundle.name)),
         member("engine", quoted(model.engine)), member("score", rounded(double{info.score}, 6)),
         member("candidate", std::to_string(info.chosen)),
         member("candidates", listed(candidates, "[", "]")),
         member("automatic", is_automatic(info) ? "true" : "false"),
         member("prompts", listed(prompts, "[", "]")),
         member("bounds", info.area > 0 ? box : "null"), member("area", std::to_string(info.area)),
         member("timings_ms", timings_json(info.timings, decode_ms)),
         member("segmentation",
                listed({member("size", size), member("counts", quoted(rle(mask)))}, "{", "}")),
         member("output", quoted(output))},
        "{", "}\n");
}

}  // namespace cli
