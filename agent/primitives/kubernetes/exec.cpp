#include "primitives/kubernetes/exec.hpp"

#include "core/options.hpp"
#include "io/beside.hpp"
#include "ports/within.hpp"
#include "primitives/kubernetes/options.hpp"
#include "primitives/marking.hpp"
#include "primitives/verdict.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace forager::kubernetes_work {

namespace asio = boost::asio;

namespace {

constexpr Duration grace_to_kill = std::chrono::seconds{10};
constexpr Duration time_to_begin = std::chrono::milliseconds{300};
constexpr std::size_t piece_size = std::size_t{32} * 1024;
constexpr std::string_view shell = "/bin/sh";

using Words = std::vector<std::string>;

std::string fresh_mark(Random& chance)
{
    return "forager-" + std::to_string(chance.next()) + "-" + std::to_string(chance.next());
}

// Every process of it carries FORAGER_EXEC in its environment.
Words marked(Words command, std::string mark)
{
    Words words{std::string{shell}, "-c", R"(export FORAGER_EXEC="$0"; exec "$@")", std::move(mark)};
    words.insert(words.end(), std::make_move_iterator(command.begin()), std::make_move_iterator(command.end()));
    return words;
}

class TextSource final : public ByteSource {
public:
    explicit TextSource(const std::string& text) : text_{text} {}

    asio::awaitable<Result<std::string>> read(std::size_t most) override
    {
        std::string piece = text_.substr(begun_, most);
        begun_ += piece.size();
        co_return piece;
    }

private:
    const std::string& text_;
    std::size_t begun_ = 0;
};

/// One command, and whether it still runs.
class Run {
public:
    Run(KubernetesCluster& cluster, PodCommand& wanted, Printed& printed)
        : cluster_{cluster}, wanted_{wanted}, printed_{printed}
    {
        if (wanted_.source == nullptr && wanted_.sink == nullptr)
            mark_ = fresh_mark(cluster.chance());
    }

    asio::awaitable<Result<Completed>> work();

    /// Whether nothing of it is left.
    asio::awaitable<bool> end();

private:
    asio::awaitable<Result<void>> attempt(Words command, ByteSource* source);
    asio::awaitable<void> feed(ByteSource* source);
    asio::awaitable<Result<void>> read();
    asio::awaitable<Result<bool>> kill();
    bool has_no_shell(const Failure& failure) const;

    KubernetesCluster& cluster_;
    PodCommand& wanted_;
    Printed& printed_;
    std::string mark_; // empty: it needs none
    kubernetes::Exec stream_;
    std::optional<Failure> unfed_;
    bool began_ = false;
    bool started_ = false;
    bool printed_any_ = false;
};

asio::awaitable<Result<Completed>> Run::work()
{
    const TimePoint begun = cluster_.clock().now();
    Words words = mark_.empty() ? wanted_.spec.command : marked(wanted_.spec.command, mark_);
    TextSource text{wanted_.input};
    ByteSource* source = wanted_.source != nullptr || wanted_.input.empty() ? wanted_.source : &text;
    auto ran = co_await attempt(std::move(words), source);
    if (ran.has_error() && has_no_shell(ran.error())) {
        mark_.clear();
        TextSource again{wanted_.input};
        ran = co_await attempt(wanted_.spec.command, source == nullptr ? nullptr : &again);
    }
    if (ran.has_error())
        co_return ran.error();
    if (unfed_)
        co_return *unfed_;
    began_ = false;
    Completed done;
    done.code = stream_.exit_code();
    done.elapsed = cluster_.clock().now() - begun;
    printed_.into(done);
    co_return done;
}

// The runtime names what it did not find; what has begun prints before it misses anything.
bool Run::has_no_shell(const Failure& failure) const
{
    return !mark_.empty() && started_ && !printed_any_ && wanted_.spec.command.front() != shell &&
           failure.code != Errc::unreachable && failure.message.find(shell) != std::string::npos;
}

asio::awaitable<Result<void>> Run::attempt(Words command, ByteSource* source)
{
    kubernetes::ExecSpec spec = wanted_.spec;
    spec.command = std::move(command);
    spec.input = source != nullptr;
    began_ = true;
    auto opened = co_await kubernetes::Exec::open(cluster_.client(), std::move(spec));
    if (opened.has_error()) {
        began_ = opened.error().code == Errc::timed_out || opened.error().code == Errc::unreachable;
        co_return opened.error();
    }
    stream_ = std::move(*opened);
    started_ = true;
    if (source != nullptr && !stream_.can_end_input())
        co_return Failure{Errc::refused, "this Kubernetes cannot be told that a command's input has ended: it is older "
                                         "than version 1.30"};
    auto ended = co_await beside(feed(source), read());
    if (ended.has_error() && ended.error().code != Errc::unreachable)
        began_ = wanted_.sink != nullptr;
    co_return ended;
}

// Where its input breaks off, it is told that this was all, so that it ends; how does not matter then.
asio::awaitable<void> Run::feed(ByteSource* source)
{
    while (source != nullptr) {
        auto piece = co_await source->read(piece_size);
        if (piece.has_error())
            unfed_ = piece.error();
        if (piece.has_error() || piece->empty())
            break;
        if (auto sent = co_await stream_.write(std::move(*piece)); sent.has_error())
            co_return;
    }
    if (source != nullptr)
        (void)co_await stream_.end_input();
}

asio::awaitable<Result<void>> Run::read()
{
    for (;;) {
        auto piece = co_await stream_.read();
        if (piece.has_error())
            co_return piece.error();
        if (!*piece)
            break;
        printed_any_ = true;
        auto& [stream, bytes] = **piece;
        if (wanted_.sink == nullptr || stream == Stream::err)
            co_await printed_.add(stream, std::move(bytes));
        else if (auto written = co_await wanted_.sink->write(std::move(bytes)); written.has_error())
            co_return written.error();
    }
    co_await printed_.end();
    co_return Result<void>{};
}

asio::awaitable<bool> Run::end()
{
    stream_ = kubernetes::Exec{};
    if (!began_ || mark_.empty())
        co_return true;
    const TimePoint deadline = cluster_.clock().now() + grace_to_kill;
    auto killed = co_await within(cluster_.clock(), deadline, kill(), "");
    if (!started_) { // the node was asked, and may have begun it just now
        co_await sleep_for(cluster_.clock(), time_to_begin);
        killed = co_await within(cluster_.clock(), deadline, kill(), "");
    }
    co_return killed.has_value() && *killed;
}

asio::awaitable<Result<bool>> Run::kill()
{
    kubernetes::ExecSpec spec = wanted_.spec;
    spec.input = false;
    spec.command = {std::string{shell}, "-c", end_marked_script, mark_};
    auto killer = co_await kubernetes::Exec::open(cluster_.client(), std::move(spec));
    if (killer.has_error() && killer.error().code == Errc::not_found)
        co_return true;
    if (killer.has_error())
        co_return killer.error();
    for (;;) {
        auto piece = co_await killer->read();
        if (piece.has_error())
            co_return piece.error();
        if (!*piece)
            co_return killer->exit_code() == 0;
    }
}

Result<Words> words_of(const Value& command)
{
    if (const auto* line = command.get<std::string>())
        return Words{std::string{shell}, "-c", *line};
    Words words;
    if (const auto* list = command.get<Array>())
        for (const Value& item : *list) {
            const auto* text = item.get<std::string>();
            const auto* number = item.get<std::int64_t>();
            if (text == nullptr && number == nullptr)
                return Failure{Errc::bad_arguments,
                               "k8s.exec: a word of the command is a " + std::string{item.type_name()}};
            words.push_back(text != nullptr ? *text : std::to_string(*number));
        }
    if (words.empty())
        return Failure{Errc::bad_arguments, "k8s.exec needs a command: a line for the shell, or a list of words"};
    return words;
}

} // namespace

Result<PodCommand> command_of(KubernetesCluster& cluster, std::string pod, const Value& command, const Object& options)
{
    constexpr std::string_view known[] = {"namespace", "container", "stdin", "timeout", "limit", "merge", "check"};
    if (auto fine = only_options("k8s.exec", options, known); fine.has_error())
        return fine.error();
    auto words = words_of(command);
    auto space = text_option(options, "namespace");
    auto container = text_option(options, "container");
    auto input = text_option(options, "stdin");
    auto timeout = duration_option(options, "timeout");
    auto limit = whole_option(options, "limit");
    auto merge = flag_option(options, "merge", false);
    auto check = flag_option(options, "check", true);
    if (const auto failure = first_failure(words, space, container, input, timeout, limit, merge, check))
        return *failure;
    PodCommand wanted;
    wanted.spec.space = space->value_or(cluster.space());
    wanted.spec.pod = std::move(pod);
    wanted.spec.container = container->value_or("");
    wanted.spec.command = std::move(*words);
    wanted.input = input->value_or("");
    wanted.timeout = *timeout;
    wanted.limit = *limit && **limit >= 0 ? static_cast<std::size_t>(**limit) : cluster.output_limit();
    wanted.merge = *merge;
    wanted.check = *check;
    return wanted;
}

asio::awaitable<Result<Completed>> exec(KubernetesCluster& cluster, PodCommand wanted)
{
    const std::string title = "`" + shown(wanted.spec.command) + "` in pod " + wanted.spec.pod;
    const auto limit = wanted.timeout;
    const auto deadline = limit ? std::optional{cluster.clock().now() + *limit} : std::nullopt;
    Printed printed{wanted.limit, wanted.merge, wanted.lines};
    Run command{cluster, wanted, printed};
    std::optional<Result<Completed>> done;
    std::exception_ptr thrown;
    try {
        done = co_await within(cluster.clock(), deadline, command.work(), "");
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state();
    const bool is_gone = co_await command.end();
    if (thrown)
        std::rethrow_exception(thrown);
    if (done->has_error()) {
        Failure failure = is_late(done->error()) ? late(title, *limit, printed) : done->error();
        if (!is_gone)
            failure.message += "; it may go on in the container, for it could not be ended";
        co_return failure;
    }
    if (!wanted.check)
        co_return std::move(*done);
    co_return judged(title, std::move(**done));
}

} // namespace forager::kubernetes_work
