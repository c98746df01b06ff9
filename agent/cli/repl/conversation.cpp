#include "cli/repl/conversation.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"
#include "control/client.hpp"
#include "io/formats/json.hpp"
#include "scripting/explaining/excerpt.hpp"
#include "scripting/reading.hpp"

#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_input = std::size_t{16} * 1024 * 1024;

// A value that JSON has no word for.
Failure unsaid(Failure failure)
{
    failure.message += " Ask for text, as tostring(…) gives it, or leave out --json.";
    return failure;
}

bool is_blank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

} // namespace

asio::awaitable<bool> Conversation::run()
{
    while (evaluator_.is_open()) {
        auto input = co_await read();
        if (!input)
            break;
        if (!is_blank(input->text))
            co_await answer(std::move(*input));
    }
    if (!evaluator_.is_open()) {
        const Outcome why = co_await evaluator_.evaluate("", 1);
        tell(why);
        co_return false;
    }
    co_return all_succeeded_ || lines_.has_person(); // who saw the failures needs no status
}

// The lines of one input; what is cut at the end of them all is an input, too, and its failure says so.
asio::awaitable<std::optional<Conversation::Read>> Conversation::read()
{
    std::optional<Read> input;
    for (;;) {
        const auto line = co_await lines_.next(input ? ">> " : "> ");
        if (!line)
            fail(line.error());
        if (!line || line->kind == Lines::Kind::end || !evaluator_.is_open())
            co_return line ? input : std::nullopt;
        if (line->kind == Lines::Kind::interrupted) {
            if (!input)
                help_out();
            input.reset();
            continue;
        }
        ++lines_read_;
        if (input)
            input->text += "\n" + line->text;
        else
            input = Read{line->text, lines_read_};
        if (input->text.size() > longest_input || !scripting::is_incomplete(input->text))
            co_return input;
    }
}

asio::awaitable<void> Conversation::answer(Read input)
{
    evaluating_ = true;
    evaluated_ = std::move(input);
    const Outcome outcome = co_await evaluator_.evaluate(evaluated_.text, evaluated_.line);
    evaluating_ = false;
    if (evaluator_.is_open())
        tell(outcome);
}

void Conversation::tell(const Outcome& outcome)
{
    if (common_.json)
        return tell_for_programs(outcome);
    if (!outcome)
        return fail(outcome.error());
    const auto* text = outcome->empty() ? nullptr : outcome->front().get<std::string>();
    if (text != nullptr)
        write_out_meanwhile((lines_.has_person() ? printable(*text) : *text) + (text->ends_with('\n') ? "" : "\n"));
}

void Conversation::tell_for_programs(const Outcome& outcome)
{
    if (!outcome)
        return fail(outcome.error());
    if (outcome->size() > 2)
        return fail(unsaid(control::failure_from((*outcome)[2])));
    const auto json = encode_json(outcome->size() < 2 ? Value{} : (*outcome)[1], "the result");
    if (!json)
        return fail(unsaid(json.error()));
    write_out_meanwhile(R"({"ok":true,"result":)" + *json + "}\n");
}

void Conversation::fail(const Failure& failure)
{
    all_succeeded_ = false;
    if (common_.json)
        write_out_meanwhile(failure_json(failure));
    else
        lines_.print(failure_text(failure, excerpt_for(failure)));
}

// Of the last input, or of a file.
std::string Conversation::excerpt_for(const Failure& failure) const
{
    if (!failure.where.starts_with("stdin:"))
        return scripting::excerpt_of(failure);
    return scripting::excerpt_in(evaluated_.text, static_cast<std::size_t>(evaluated_.line), failure);
}

void Conversation::help_out()
{
    lines_.print("(Ctrl-D leaves)\n");
}

void Conversation::interrupt()
{
    if (evaluating_)
        evaluator_.interrupt();
    else
        lines_.interrupt();
}

void Conversation::session_ended()
{
    if (!evaluating_)
        lines_.interrupt();
}

} // namespace forager::cli
