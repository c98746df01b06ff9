// One job of a cluster from its beginning, or from where an agent before has left it, to its end. Only for the sources
// of this folder.
#pragma once

#include "clients/kubernetes/pods.hpp"
#include "clients/kubernetes/resource.hpp"
#include "io/process/capture.hpp"
#include "primitives/kubernetes/jobs.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <utility>

namespace forager::kubernetes_work {

class JobRun {
public:
    JobRun(KubernetesCluster& cluster, JobOrder wanted, kubernetes::Place jobs, LineSink* lines)
        : cluster_{cluster},
          wanted_{std::move(wanted)},
          jobs_{std::move(jobs)},
          pods_{kubernetes::usual_resources().front(), jobs_.space},
          output_{wanted_.limit},
          lines_{lines}
    {
    }

    /// Its result, or why there is none; timed_out without words: its time was over before anybody waited for it, or
    /// since it was adopted.
    boost::asio::awaitable<Result<Completed>> work();

    /// It goes, unless it is kept.
    boost::asio::awaitable<void> end(bool cancelled, bool completed);

    /// What its time limit has cut off.
    boost::asio::awaitable<Failure> late();

private:
    boost::asio::awaitable<Result<void>> begin();
    boost::asio::awaitable<Result<Completed>> go_on_with(Object job);
    boost::asio::awaitable<Result<void>> has_pod();
    boost::asio::awaitable<Result<Completed>> rest();
    boost::asio::awaitable<Result<std::string>> begun_pod();
    boost::asio::awaitable<void> ask_why_no_pod();
    void tell(std::string trouble);
    boost::asio::awaitable<Result<void>> print(std::string pod);
    boost::asio::awaitable<Result<void>> not_heard(std::string pod, Failure failure);
    boost::asio::awaitable<Result<kubernetes::ContainerState>> ending(std::string pod);
    Completed completed(const kubernetes::ContainerState& state);
    Failure removed() const;

    KubernetesCluster& cluster_;
    JobOrder wanted_;
    kubernetes::Place jobs_;
    kubernetes::Place pods_;
    Capture output_;
    LineSink* lines_;
    std::string told_; // why it does not begin
    TimePoint begun_{};
    std::optional<Duration> took_; // where that is known already
    bool made_ = false;
};

} // namespace forager::kubernetes_work
