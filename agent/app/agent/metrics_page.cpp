#include "app/agent/metrics_page.hpp"

#include "app/agent/loop_list.hpp"
#include "base/version.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace {

constexpr std::size_t most_rows = 500; // of scripts and of loops

void gauge(MetricsText& text, std::string name, std::string_view unit, std::string_view help, double value)
{
    text.family(std::move(name), MetricType::gauge, unit, help);
    text.sample(value);
}

void write_agent(MetricsText& text, const MetricsView& view)
{
    text.family("forager_build_info", MetricType::gauge, "", "The running version.");
    text.sample(1, {{"version", std::string{version}}});
    gauge(text, "forager_start_time_seconds", "seconds", "When the agent was started, since 1970.", view.begun);
    gauge(text, "forager_ready", "", "Whether the agent takes work: 1 or 0.", view.ready ? 1 : 0);
    gauge(text, "forager_queue_waiting", "", "Invocations of the queue that wait.", static_cast<double>(view.waiting));
    gauge(text, "forager_queue_running", "", "Invocations of the queue that run.", static_cast<double>(view.running));
    gauge(text, "forager_queue_sleeping", "",
          "Invocations of the queue that have begun, and sleep or wait for a signal or the colony.",
          static_cast<double>(view.sleeping));
    gauge(text, "forager_colony_running", "", "Processes of the colony that the agent holds and that have not ended.",
          static_cast<double>(view.colony_running));
    gauge(text, "forager_outbox_entries", "", "Outcomes that the colony has not heard yet.",
          static_cast<double>(view.outbox));
    gauge(text, "forager_store_trouble", "", "Whether the state file takes no writes: 1 or 0.",
          view.store_trouble ? 1 : 0);
    gauge(text, "forager_store_waiting", "", "Changes that wait to be written to the state file.",
          static_cast<double>(view.store_jobs));
    gauge(text, "forager_children", "", "Commands that run as children of the agent.",
          static_cast<double>(view.children));
    gauge(text, "forager_hooks_running", "", "Handlers of HTTP hooks whose callers wait.",
          static_cast<double>(view.hooks_running));
}

void write_invocations(MetricsText& text, const InvocationCounts& invocations)
{
    text.family("forager_invocations", MetricType::counter, "", "Invocations that have ended, by function and state.");
    for (const auto& [function, counts] : invocations.functions()) {
        text.sample(static_cast<double>(counts.succeeded), {{"function", function}, {"state", "succeeded"}});
        text.sample(static_cast<double>(counts.failed), {{"function", function}, {"state", "failed"}});
        text.sample(static_cast<double>(counts.cancelled), {{"function", function}, {"state", "cancelled"}});
    }
    text.family("forager_invocation_duration_seconds", MetricType::histogram, "seconds",
                "From the beginning of an invocation's first try to its end.");
    for (const auto& [function, counts] : invocations.functions())
        text.sample(counts.seconds, {{"function", function}});
}

void write_loops(MetricsText& text, const std::vector<LoopStatus>& all)
{
    std::vector<LoopStatus> loops = by_name(all); // a metric may not say two things of one name
    loops.resize(std::min(loops.size(), most_rows));
    text.family("forager_loop_up", MetricType::gauge, "", "Whether a loop of the agent runs: 1 or 0.");
    for (const LoopStatus& loop : loops)
        text.sample(loop.state == LoopState::running ? 1 : 0, {{"loop", loop.name}});
    text.family("forager_loop_restarts", MetricType::counter, "", "How often a loop was begun again.");
    for (const LoopStatus& loop : loops)
        text.sample(static_cast<double>(loop.restarts), {{"loop", loop.name}});
}

void write_scripts(MetricsText& text, std::vector<ScriptSet::Status> scripts)
{
    scripts.resize(std::min(scripts.size(), most_rows));
    text.family("forager_script_serving", MetricType::gauge, "", "Whether a script is served: 1 or 0.");
    for (const ScriptSet::Status& script : scripts)
        text.sample(script.serves ? 1 : 0, {{"script", script.path}});
    text.family("forager_script_broken", MetricType::gauge, "", "Whether a script's file does not load: 1 or 0.");
    for (const ScriptSet::Status& script : scripts)
        text.sample(script.problem ? 1 : 0, {{"script", script.path}});
    text.family("forager_script_heap_bytes", MetricType::gauge, "bytes", "What a script's Lua heap holds.");
    for (const ScriptSet::Status& script : scripts)
        text.sample(static_cast<double>(script.heap), {{"script", script.path}});
}

void write_counters(MetricsText& text, const MetricsView& view)
{
    text.family("forager_log_lines", MetricType::counter, "", "Lines that the agent has logged, by level.");
    for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
        text.sample(static_cast<double>(view.log.lines(level)), {{"level", std::string{name_of(level)}}});
    text.family("forager_log_lines_lost", MetricType::counter, "", "Lines of the log that nobody read in time.");
    text.sample(static_cast<double>(view.log.lost()));
    text.family("forager_http_replies", MetricType::counter, "", "Requests that [http] has answered, by status.");
    for (const auto& [status, count] : view.http_replies)
        text.sample(static_cast<double>(count), {{"status", std::to_string(status)}});
}

// A family of numbers, one for each broker.
template <class Counts>
void of_each(MetricsText& text, std::string name, MetricType type, std::string_view help,
             const std::vector<Counts>& all, std::size_t Counts::* number)
{
    text.family(std::move(name), type, "", help);
    for (const Counts& counts : all)
        text.sample(static_cast<double>(counts.*number), {{"broker", counts.broker}});
}

void write_messages(MetricsText& text, const std::vector<MessageCounts>& all)
{
    if (all.empty())
        return;
    of_each(text, "forager_broker_messages", MetricType::counter, "Messages that the agent has heard.", all,
            &MessageCounts::heard);
    of_each(text, "forager_broker_messages_dropped", MetricType::counter,
            "Messages that a script's handler, or the queue behind it, had no room for.", all, &MessageCounts::dropped);
    of_each(text, "forager_broker_messages_waiting", MetricType::gauge, "Messages that wait for a script's handler.",
            all, &MessageCounts::waiting);
    of_each(text, "forager_broker_handlers_running", MetricType::gauge, "Calls of scripts' handlers of messages.", all,
            &MessageCounts::running);
}

using RequestCounts = ContainerChannels::Counts;

void of_each_channel(MetricsText& text, std::string name, std::string_view help, const std::vector<ChannelCounts>& all,
                     std::uint64_t RequestCounts::* number)
{
    text.family(std::move(name), MetricType::counter, "", help);
    for (const ChannelCounts& broker : all)
        for (const auto& [channel, counts] : broker.requests)
            text.sample(static_cast<double>(counts.*number), {{"broker", broker.broker}, {"channel", channel}});
}

void write_channels(MetricsText& text, const std::vector<ChannelCounts>& all)
{
    if (all.empty())
        return;
    of_each_channel(text, "forager_container_requests", "Requests about containers that have come, by channel.", all,
                    &RequestCounts::heard);
    of_each_channel(text, "forager_container_requests_refused", "Those of them that can never be done.", all,
                    &RequestCounts::refused);
    of_each_channel(text, "forager_container_requests_busy", "Those of them that the queue had no room for.", all,
                    &RequestCounts::busy);
    of_each(text, "forager_container_requests_accepting", MetricType::gauge,
            "Requests on their way into the queue; forager_queue_waiting has those that are in it.", all,
            &ChannelCounts::putting);
    of_each(text, "forager_container_replies", MetricType::counter, "Replies that were published.", all,
            &ChannelCounts::replies);
    of_each(text, "forager_container_replies_lost", MetricType::counter,
            "Replies to refused requests that were dropped, since too many waited.", all, &ChannelCounts::replies_lost);
    of_each(text, "forager_container_replies_waiting", MetricType::gauge,
            "Replies to refused requests that wait for the broker.", all, &ChannelCounts::replies_waiting);
}

} // namespace

std::string metrics_page(const MetricsView& view, MetricsText::Form form)
{
    MetricsText text{form};
    write_agent(text, view);
    write_invocations(text, view.invocations);
    write_loops(text, view.loops);
    write_scripts(text, view.scripts);
    write_counters(text, view);
    write_messages(text, view.messages);
    write_channels(text, view.channels);
    return text.finish();
}

} // namespace forager
