// Requests about containers as they come over a broker, each on a channel that says what is asked for. The same fields
// are keyword arguments of the functions of the family broker. Pure. Source: the README and the code of upstream's
// container broker (2022), and docs/container-channels.md for what is beyond them.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <span>
#include <string>
#include <string_view>

namespace forager {

enum class ContainerAction {
    create, ///< makes and starts one, and does not wait for its end
    run,    ///< the same, and waits: what it printed is the answer
    start,  ///< starts those that do not run
    close,  ///< stops some, and may remove them
    monitor ///< tells when one does not run any more
};

struct ContainerChannel {
    std::string_view channel;  ///< as upstream named it
    std::string_view function; ///< that does the work
    ContainerAction action;
};

std::span<const ContainerChannel> container_channels();

/// Which container names are meant.
enum class NameMatch { exact, prefix, contains };

struct ContainerRequest {
    ContainerAction action = ContainerAction::create;
    std::string function;
    std::string name; ///< of the container, or what names are compared with
    NameMatch match = NameMatch::exact;
    Object fields; ///< what the function is told: all but whom to answer
};

/// Failures: not_found (there is no such channel), bad_arguments, naming the field that is missing, unknown or of the
/// wrong type.
Result<ContainerRequest> container_request(std::string_view channel, const Object& message);

/// The same for those who call one of the functions: `fields` are its keyword arguments.
Result<ContainerRequest> container_request(ContainerAction action, const Object& fields);

/// Where an answer goes, and the id that it carries.
struct ReplyAddress {
    std::string channel; ///< empty: nobody wants one
    Value id;            ///< text or a number; null: none was given
};

/// Of a message, whatever else is wrong with it.
ReplyAddress reply_address(const Object& message);

/// Whether the name of a container is meant.
bool fits(std::string_view name, std::string_view wanted, NameMatch match);

} // namespace forager
