// An engine, a queue and a memory that do as a test says, and an agent's monitors over them that can be killed.
#pragma once

#include "io/entropy.hpp"
#include "io/event.hpp"
#include "io/formats/json.hpp"
#include "ports/cancellation.hpp"
#include "ports/monitor_form.hpp"
#include "result_text.hpp"
#include "sources/monitor/event_loop.hpp"
#include "sources/monitor/monitor_source.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class FakeEngine final : public monitoring::Engine {
public:
    explicit FakeEngine(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

    struct Container {
        std::string state = "running";
        std::string words = "Up 1 second";
        std::int64_t restarts = 0;
        std::int64_t memory = 0;
    };

    /// Its id follows from its name.
    static std::string id_of(const std::string& name) { return name + std::string(64 - name.size(), '0'); }

    void tell(std::string action, const std::string& name, const std::string& about = {}, std::string exit_code = "0")
    {
        docker::Event event;
        event.type = "container";
        event.action = std::move(action);
        event.about = about;
        event.id = id_of(name);
        event.name = name;
        event.time = ++time_ + 1'728'000'000'000'000'000;
        event.attributes = Object{{"name", name}, {"image", "img"}, {"exitCode", std::move(exit_code)}};
        if (stream_)
            stream_->events.push_back(std::move(event));
        news();
    }

    void die(const std::string& name, const std::string& code = "1")
    {
        containers[name] = {"exited", "Exited (" + code + ") now", containers[name].restarts, 0};
        tell("die", name, {}, code);
    }

    void start(const std::string& name)
    {
        containers[name] = {};
        tell("start", name);
    }

    void remove(const std::string& name)
    {
        containers.erase(name);
        tell("destroy", name);
    }

    /// It dies, with all connections.
    void go()
    {
        away = true;
        if (stream_)
            stream_->ended = true;
        news();
    }

    boost::asio::awaitable<Result<std::unique_ptr<monitoring::EngineEvents>>>
    events(std::optional<std::int64_t> since) override
    {
        asked_since.push_back(since);
        if (away)
            co_return Failure{Errc::unreachable, "nobody is there"};
        stream_ = std::make_shared<Stream>(executor_);
        std::unique_ptr<monitoring::EngineEvents> events = std::make_unique<Events>(stream_);
        co_return events;
    }

    boost::asio::awaitable<Result<Array>> list() override
    {
        ++lists;
        if (away || silent)
            co_return Failure{Errc::timed_out, "it does not answer"};
        Array list;
        for (const auto& [name, one] : containers)
            list.emplace_back(Object{{"Id", id_of(name)},
                                     {"Names", Array{Value{"/" + name}}},
                                     {"Image", "img"},
                                     {"State", one.state},
                                     {"Status", one.words},
                                     {"Labels", Object{{"team", "a"}}}});
        co_return list;
    }

    boost::asio::awaitable<Result<Object>> inspect(std::string id) override
    {
        ++inspections;
        co_return Object{{"RestartCount", containers[id.substr(0, id.find('0'))].restarts}};
    }

    boost::asio::awaitable<Result<Object>> stats(std::string id) override
    {
        ++readings;
        const std::int64_t bytes = containers[id.substr(0, id.find('0'))].memory;
        co_return Object{{"memory_stats", Object{{"usage", bytes}}}};
    }

    std::map<std::string, Container> containers;
    bool away = false;
    bool silent = false; ///< it answers no question, and tells of nothing
    int lists = 0, inspections = 0, readings = 0;
    std::vector<std::optional<std::int64_t>> asked_since;

private:
    struct Stream {
        explicit Stream(const boost::asio::any_io_executor& executor) : news{executor} {}
        std::deque<docker::Event> events;
        bool ended = false;
        Event news;
    };

    class Events final : public monitoring::EngineEvents {
    public:
        explicit Events(std::shared_ptr<Stream> stream) : stream_{std::move(stream)} {}

        boost::asio::awaitable<Result<std::optional<docker::Event>>> next() override
        {
            const auto stream = stream_;
            while (stream->events.empty() && !stream->ended) {
                stream->news.clear();
                co_await stream->news.wait();
                if (!stream->news.happened())
                    throw_cancelled();
            }
            if (stream->events.empty())
                co_return std::optional<docker::Event>{};
            docker::Event event = std::move(stream->events.front());
            stream->events.pop_front();
            co_return std::optional{std::move(event)};
        }

    private:
        std::shared_ptr<Stream> stream_;
    };

    void news()
    {
        if (stream_)
            stream_->news.set();
    }

    boost::asio::any_io_executor executor_;
    std::shared_ptr<Stream> stream_;
    std::int64_t time_ = 0;
};

/// Knows its keys, as the durable one does, and refuses as long as it is told to.
class KeyedQueue final : public Queue {
public:
    boost::asio::awaitable<Result<Accepted>> put(Submission submission) override
    {
        ++tries;
        if (refusal)
            co_return *refusal;
        Accepted accepted;
        accepted.fresh = keys.insert(submission.idempotency_key).second;
        if (accepted.fresh)
            events.push_back(*submission.invocation.args.front().get<Object>());
        submissions.push_back(std::move(submission));
        co_return accepted;
    }

    std::optional<Failure> refusal;
    std::size_t tries = 0;
    std::set<std::string> keys;
    std::vector<Object> events; ///< that were accepted, each once
    std::vector<Submission> submissions;
};

class MemoryMonitors final : public MonitorRecords {
public:
    boost::asio::awaitable<Result<std::vector<KeptMonitor>>> all() override
    {
        std::vector<KeptMonitor> list;
        for (const auto& [name, one] : kept)
            list.push_back(one);
        co_return list;
    }

    boost::asio::awaitable<Result<void>> keep(Monitor monitor, bool anew) override
    {
        keep_soon(std::move(monitor), anew);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<void>> note(std::string monitor, std::string container, ToldState told) override
    {
        if (refusal)
            co_return *refusal;
        note_soon(std::move(monitor), std::move(container), std::move(told));
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<void>> forget(std::string monitor) override
    {
        kept.erase(monitor);
        co_return Result<void>{};
    }

    void keep_soon(Monitor monitor, bool anew) override
    {
        KeptMonitor& one = kept[monitor.name];
        if (anew)
            one.told.clear();
        one.monitor = std::move(monitor);
    }

    void note_soon(std::string monitor, std::string container, ToldState told) override
    {
        if (const auto found = kept.find(monitor); found != kept.end() && !forgetful)
            found->second.told[container] = std::move(told);
    }

    void forget_soon(std::string monitor) override { kept.erase(monitor); }
    void forget_one_soon(std::string monitor, std::string container) override { kept[monitor].told.erase(container); }

    std::map<std::string, KeptMonitor> kept;
    std::optional<Failure> refusal;
    bool forgetful = false; ///< what is noted from now on is lost with the agent
};

/// The agent's part; the engine, the queue and the memory stay when it is killed.
class MonitorWorld {
public:
    MonitorWorld() = default;
    MonitorWorld(const MonitorWorld&) = delete;
    MonitorWorld& operator=(const MonitorWorld&) = delete;
    ~MonitorWorld() { kill(); }

    void begin()
    {
        source = std::make_unique<monitoring::MonitorSource>(monitoring::MonitorSource::Parts{
            io.get_executor(), clock, random, engine, queue, memory,
            [this](boost::asio::awaitable<void> work) { spawn(std::move(work)); }, [this] { loop->wake(); },
            [this] { loop->doubt(); }, [this](const std::string& words) { told.push_back(words); }});
        monitoring::EventLoop::Hears hears;
        hears.wants = [this] { return !source->empty(); };
        hears.opened = [this] { source->opened(); };
        hears.closed = [this] { source->closed(); };
        hears.event = [this](const docker::Event& event, bool) { source->take(event); };
        hears.warn = [this](const std::string& words) { told.push_back(words); };
        hears.inform = [this](const std::string& words) { told.push_back(words); };
        loop = std::make_unique<monitoring::EventLoop>(io.get_executor(), clock, random, engine, std::move(hears));
        spawn(loop->run());
        spawn(source->run());
        pass(Duration{});
    }

    void kill()
    {
        for (auto& signal : signals_)
            signal.emit(boost::asio::cancellation_type::terminal);
        pass(Duration{});
        CHECK(running_ == 0);
        signals_.clear();
        source.reset();
        loop.reset();
    }

    void restart()
    {
        kill();
        begin();
    }

    void pass(Duration time) { clock.run_for(io, time); }

    Result<bool> add(Object options)
    {
        options.set("call", "f.f");
        auto monitor = monitor_of(options);
        if (!monitor)
            return monitor.error();
        return run(source->add(std::move(*monitor)));
    }

    template <class T> T run(boost::asio::awaitable<T> work)
    {
        std::optional<T> value;
        boost::asio::co_spawn(io, std::move(work),
                              [&value](const std::exception_ptr&, T given) { value.emplace(std::move(given)); });
        clock.run_until(io, [&value] { return value.has_value(); });
        pass(Duration{});
        return std::move(*value);
    }

    /// How often something was told of in which these words stand.
    std::size_t heard(const std::string& words) const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(told, [&](const std::string& one) { return one.find(words) != std::string::npos; }));
    }

    /// Of the events so far, as "web:exited", "web:running".
    std::vector<std::string> said() const
    {
        std::vector<std::string> list;
        for (const Object& event : queue.events) {
            const auto container = part<Object>(event, "container");
            list.push_back(part<std::string>(container, "name") + ":" + part<std::string>(event, "status"));
        }
        return list;
    }

    boost::asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random{1};
    FakeEngine engine{io.get_executor()};
    KeyedQueue queue;
    MemoryMonitors memory;
    std::vector<std::string> told;
    std::unique_ptr<monitoring::MonitorSource> source;
    std::unique_ptr<monitoring::EventLoop> loop;

private:
    void spawn(boost::asio::awaitable<void> work)
    {
        ++running_;
        signals_.emplace_back();
        boost::asio::co_spawn(io, at_next_turn(std::move(work)),
                              boost::asio::bind_cancellation_slot(signals_.back().slot(),
                                                                  [this](const std::exception_ptr&) { --running_; }));
    }

    static boost::asio::awaitable<void> at_next_turn(boost::asio::awaitable<void> work)
    {
        co_await boost::asio::post(boost::asio::use_awaitable);
        co_await std::move(work);
    }

    std::list<boost::asio::cancellation_signal> signals_;
    int running_ = 0;
};

} // namespace forager::test
