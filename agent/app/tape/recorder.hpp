// Keeps what a run asks of the world and what it is answered, while it runs. On the strand.
#pragma once

#include "app/stage.hpp"
#include "app/tape/tape.hpp"
#include "scripting/border.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

class Recorder {
public:
    /// Both must outlive it. All chance of `app` comes from the tape's seed.
    Recorder(App& app, Tape& tape);
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    Stage& stage() { return stage_; }

private:
    class TapedBorder final : public scripting::Border {
    public:
        explicit TapedBorder(Recorder& recorder) : recorder_{recorder} {}
        boost::asio::awaitable<Outcome> answer(scripting::Crossing call) override;
        WallTime wall(WallTime present) override;
        TimePoint now(TimePoint present) override;

    private:
        Recorder& recorder_;
    };

    class TapedFunction final : public Handler {
    public:
        TapedFunction(Recorder& recorder, std::shared_ptr<Handler> real) : recorder_{recorder}, real_{std::move(real)}
        {
        }
        boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                            Observer& observer) override;

    private:
        Recorder& recorder_;
        std::shared_ptr<Handler> real_;
    };

    /// Nothing: the tape is full.
    std::optional<std::size_t> begin(Asked asked);
    void end(std::optional<std::size_t> number, const Outcome& outcome);
    boost::asio::awaitable<Outcome> kept(Asked asked, boost::asio::awaitable<Outcome> work);
    boost::asio::awaitable<Outcome> kept_function(std::shared_ptr<Handler> real, const Invocation& invocation,
                                                  std::vector<Value> args, Observer& observer);

    App& app_;
    Tape& tape_;
    TimePoint begun_;
    TapedBorder border_{*this};
    Stage stage_;
};

/// Whether a call waits for scripts and functions, whose own calls are on the tape.
bool is_of_scripts(const std::string& call);

} // namespace forager
