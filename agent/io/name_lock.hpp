// A lock on a name, among all processes of this machine: it goes with its holder, however that ends, and leaves no file
// behind. For whatever only one of them may keep at a time.
#pragma once

#include "io/system_failure.hpp"

#include <optional>
#include <string_view>

namespace forager {

class NameLock {
public:
    /// Nothing: somebody else holds it. Failures: those of the system.
    static Result<std::optional<NameLock>> take(std::string_view name);

private:
    explicit NameLock(Descriptor socket) : socket_{std::move(socket)} {}

    Descriptor socket_;
};

} // namespace forager
