// The arguments of the family k8s: by position or by name, under all the names that upstream has had for them, refused
// in its words. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/function.hpp"
#include "core/invocation.hpp"

#include <span>
#include <string>
#include <vector>

namespace forager {

struct KubernetesParameter {
    std::vector<std::string> names; ///< the first one is shown
    std::string word;               ///< how upstream's refusals call it
    Type type = Type::string;       ///< string, integer or boolean
    bool needed = true;
};

struct KubernetesArguments {
    std::vector<Value> values; ///< in the order of the parameters, of their types; null: not given
    Object options;            ///< the other keywords

    const std::string& text(std::size_t index) const { return *values[index].get<std::string>(); }
    std::int64_t whole(std::size_t index) const { return *values[index].get<std::int64_t>(); }
    bool flag(std::size_t index) const { return *values[index].get<bool>(); }
};

/// Failures: bad_arguments.
Result<KubernetesArguments> kubernetes_arguments(const Invocation& invocation,
                                                 std::span<const KubernetesParameter> parameters,
                                                 std::span<const std::string> options);

} // namespace forager
