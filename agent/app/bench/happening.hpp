// Which handlers of scripts an event is for, when a test says that it happens.
#pragma once

#include "core/failure.hpp"
#include "scripting/script.hpp"

#include <memory>
#include <string>
#include <vector>

namespace forager {

struct Handling {
    std::string function;
    Value argument; ///< the payload, with what stands at the names of a hook's path
};

/// `event` is named as its source would: "redis:orders.new", "http:POST /hooks/build", "file:/var/spool/in/a.csv".
std::vector<Handling> handlings_of(const std::vector<std::shared_ptr<scripting::Script>>& scripts,
                                   const std::string& event, const Value& payload);

/// not_found, with the events that are handled.
Failure nobody_handles(const std::vector<std::shared_ptr<scripting::Script>>& scripts, const std::string& event);

} // namespace forager
