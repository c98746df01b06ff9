// What has been heard of a kept command: its outputs so far, the lines in them, and how it ended.
#pragma once

#include "io/process/kept/keeper_words.hpp"
#include "ports/process_runner.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager {

class Heard {
public:
    struct Line {
        Stream stream = Stream::out;
        std::string text;
    };

    /// Keeps `limit` bytes of each output.
    explicit Heard(std::size_t limit) : out_{limit}, err_{limit} {}

    void keep(const KeeperWord& word);

    /// The lines that this word completes, which is the last one that was kept.
    std::vector<Line> lines_of(const KeeperWord& word);

    bool ended() const { return end_.has_value() || failure_.has_value(); }
    bool has_result() const { return end_.has_value(); }

    /// The outputs are empty afterwards.
    Result<Completed> result();
    void take_outputs(std::string& out, std::string& err);

private:
    struct Output {
        explicit Output(std::size_t limit) : kept{limit} {}

        Capture kept;
        LineCutter lines;
    };

    Output& output(Stream stream) { return stream == Stream::out ? out_ : err_; }
    void add_lines(std::vector<Line>& lines, Stream stream, std::string_view bytes);
    void add_rest(std::vector<Line>& lines, Stream stream);

    Output out_;
    Output err_;
    std::optional<KeptEnd> end_;
    std::optional<Failure> failure_;
};

} // namespace forager
