// What the functions of the family broker share: containers by message, with the fields of the channels as keywords.
#pragma once

#include "core/container_request.hpp"
#include "core/invocation.hpp"
#include "primitives/docker/making.hpp"
#include "runtime/wait_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace forager {

/// Who is about to start a container of a name: whoever means the container waits for that. One for all functions of
/// the family, on the strand.
class ContainerBeginnings {
public:
    /// One beginning, until it is over.
    class Mark {
    public:
        Mark(ContainerBeginnings& all, std::string name);
        Mark(const Mark&) = delete;
        Mark& operator=(const Mark&) = delete;
        ~Mark() { over(); }
        void over();

    private:
        ContainerBeginnings& all_;
        std::string name_;
        bool is_over_ = false;
    };

    /// Waits until nobody begins one of this name. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<void> over(std::string name);

private:
    std::map<std::string, std::size_t> names_;
    WaitList waiters_;
};

/// What a message asks for, as the engine is told.
struct WantedContainer {
    docker_work::Making making;
    std::optional<Object> build; ///< options of the build that comes first
    bool conflict_given = false; ///< else a container that does not run gives way to one of a new image
    std::optional<Duration> timeout;
    std::optional<std::size_t> limit; ///< bytes of each output that the answer has
    std::string input;
    std::string stderr_word; ///< "separate", "merge", "drop"
    bool remove = false;

    WantedContainer() = default;
};

/// Pure, for this invocation. `uuid` and `zone` stand in the container's environment as UUID and TZ, where the message
/// does not give them. Failures: bad_arguments, naming the field.
Result<WantedContainer> wanted_container(const ContainerRequest& request, const Invocation& invocation,
                                         const std::string& uuid, const std::string& zone);

} // namespace forager
