// Watches that several share: one for each kind and namespace, however many hear it. There is no coroutine of its own:
// one of those who wait hears for all. On the strand.
#pragma once

#include "clients/kubernetes/watch.hpp"
#include "io/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace forager::kubernetes_work {

class SharedWatch;

/// One who hears. It ends with its destruction; the watch ends with the last one.
class Subscription {
public:
    explicit Subscription(std::shared_ptr<SharedWatch> watch);
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription();

    /// The next change, beginning with what is there. Failures: those of `Watcher::next`; limit (so many changes wait
    /// for this one that it has missed some), after which it ends.
    boost::asio::awaitable<Result<kubernetes::Change>> next();

    /// Whether what `next` gave last was there at the beginning.
    bool was_there() const { return was_there_; }

private:
    struct Heard {
        kubernetes::Change change;
        bool was_there = false;

        Heard(kubernetes::Change change, bool was_there) : change{std::move(change)}, was_there{was_there} {}
    };

    friend class SharedWatch;
    void hear(const kubernetes::Change& change, bool was_there);

    std::shared_ptr<SharedWatch> watch_;
    std::deque<Heard> changes_;
    bool was_there_ = false;
    bool overrun_ = false;
};

class SharedWatch {
public:
    SharedWatch(boost::asio::any_io_executor executor, kubernetes::Client& client, Random& chance,
                kubernetes::Place place, kubernetes::Selector selector)
        : watcher_{client, chance, std::move(place), std::move(selector)}, news_{std::move(executor)}
    {
    }
    SharedWatch(const SharedWatch&) = delete;
    SharedWatch& operator=(const SharedWatch&) = delete;

private:
    friend class Subscription;
    boost::asio::awaitable<Result<void>> advance();
    void tell(const kubernetes::Change& change, bool was_there);

    kubernetes::Watcher watcher_;
    std::map<std::string, kubernetes::SharedObject> told_; // what all who hear know, by namespace and name
    Event news_;
    bool driven_ = false; // somebody hears for all
    std::set<Subscription*> hearing_;
};

class SharedWatches {
public:
    /// The client and the chance must outlive all subscriptions.
    SharedWatches(kubernetes::Client& client, Random& chance) : client_{client}, chance_{chance} {}

    std::shared_ptr<Subscription> subscribe(const boost::asio::any_io_executor& executor,
                                            const kubernetes::Place& place, const kubernetes::Selector& selector);

    /// How many watches go on.
    std::size_t size() const;

private:
    kubernetes::Client& client_;
    Random& chance_;
    std::map<std::string, std::weak_ptr<SharedWatch>> watches_;
};

} // namespace forager::kubernetes_work
