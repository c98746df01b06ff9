// Records of the server from and to values. Each type of types/ has these three; its members are named once, in a .cpp.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <vector>

namespace forager::colonies {

/// Unknown members are ignored; missing ones and null leave the default, and null is an empty list. Failures: refused,
/// naming the member that has another type than it should: "process.spec.args".
template <class Record> Result<Record> read(const Value& value);

/// A list of them; null is an empty one.
template <class Record> Result<std::vector<Record>> read_list(const Value& value);

/// As the server takes it. Text that is not UTF-8 has U+FFFD for each byte that is not.
template <class Record> Object to_object(const Record& record);

} // namespace forager::colonies
