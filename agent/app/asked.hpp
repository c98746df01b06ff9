// What a script asks of the world, in a form to be shown, kept and compared.
#pragma once

#include "core/invocation.hpp"
#include "core/value.hpp"
#include "scripting/border.hpp"

#include <string>
#include <vector>

namespace forager {

struct Asked {
    std::string call;     ///< as scripts write it: "sh", "docker.run", "http.get", "backup.backup"
    std::string function; ///< in whose name
    std::string where;    ///< FILE:LINE; empty where no script's line asks for it
    Array args;           ///< without the options
    Object options;

    Asked() = default;
    bool operator==(const Asked&) const = default;
};

/// FILE:LINE of the script that asks; empty where none does. Only while its task is the current one.
std::string place_of(const scripting::Crossing& call);

/// What the border calls any request.
inline constexpr const char* request_call = "http.request";

/// Of a call at the border, made at `where`.
Asked asked_at(const scripting::Crossing& call, std::string where);

/// `sh "df -h"`: for people; long texts are cut.
std::string shown(const Asked& asked);

/// Of a built-in function.
Asked asked_of(const Invocation& invocation, std::vector<Value> args);

} // namespace forager
