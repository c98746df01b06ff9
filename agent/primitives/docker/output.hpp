// What a container or a command in it prints. Only for the sources of primitives/docker.
#pragma once

#include "clients/docker/output_stream.hpp"
#include "primitives/printed.hpp"

#include <boost/asio/awaitable.hpp>

#include <utility>

namespace forager::docker_work {

class Output : public Printed {
public:
    using Printed::Printed;

    /// Reads it to its end. Failures: those of the stream.
    boost::asio::awaitable<Result<void>> read(docker::OutputStream& stream)
    {
        for (;;) {
            auto piece = co_await stream.read();
            if (piece.has_error())
                co_return piece.error();
            if (!*piece)
                break;
            co_await add((*piece)->stream, std::move((*piece)->bytes));
        }
        co_await end();
        co_return Result<void>{};
    }
};

} // namespace forager::docker_work
