// A command inside a container of a pod, as a command is run.
#pragma once

#include "clients/kubernetes/exec.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/object_store.hpp"
#include "ports/process_runner.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace forager::kubernetes_work {

struct PodCommand {
    kubernetes::ExecSpec spec;
    std::string input; ///< bytes for its stdin, which is closed after them
    std::optional<Duration> timeout;
    std::size_t limit = 0; ///< bytes kept of each output
    bool merge = false;
    bool check = true;
    LineSink* lines = nullptr; ///< must outlive the call

    // For bytes of any number; both must outlive the call.
    ByteSource* source = nullptr; ///< instead of `input`
    ByteSink* sink = nullptr;     ///< gets what it prints, of which nothing is kept

    PodCommand() = default;
};

/// A command is a line for the container's shell, or a list of words. Options: namespace, container, stdin, timeout,
/// limit, merge, check. Failures: bad_arguments, naming the option.
Result<PodCommand> command_of(KubernetesCluster& cluster, std::string pod, const Value& command, const Object& options);

/// Runs it to its end. Failures: `exit` with `check`, timed_out, as of a command; not_found (the pod), refused (it
/// cannot begin); those of the client, the source and the sink. When it is cancelled or fails before the command's end,
/// the command and all that it has begun are killed, for which the container needs a shell and `cat`; where that is not
/// possible the failure says so. What has a source or a sink is left to notice that nobody is there any more.
boost::asio::awaitable<Result<Completed>> exec(KubernetesCluster& cluster, PodCommand wanted);

} // namespace forager::kubernetes_work
