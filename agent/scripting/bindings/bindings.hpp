// All that the Lua library is given by C++, one table for each of its files.
#pragma once

#include "scripting/binding.hpp"

#include <span>

namespace forager::scripting {

std::span<const Binding> broker_bindings();
std::span<const Binding> call_bindings();
std::span<const Binding> cfs_bindings();
std::span<const Binding> colony_bindings();
std::span<const Binding> colony_blueprint_bindings();
std::span<const Binding> colony_workflow_bindings();
std::span<const Binding> docker_bindings();
std::span<const Binding> durable_bindings();
std::span<const Binding> feed_bindings();
std::span<const Binding> file_bindings();
std::span<const Binding> format_bindings();
std::span<const Binding> function_bindings();
std::span<const Binding> http_bindings();
std::span<const Binding> library_bindings();
std::span<const Binding> kubernetes_bindings();
std::span<const Binding> kv_bindings();
std::span<const Binding> monitor_bindings();
std::span<const Binding> python_bindings();
std::span<const Binding> queue_bindings();
std::span<const Binding> reconciler_bindings();
std::span<const Binding> s3_bindings();
std::span<const Binding> session_bindings();
std::span<const Binding> task_bindings();
std::span<const Binding> test_bindings();
std::span<const Binding> time_bindings();
std::span<const Binding> unix_bindings();
std::span<const Binding> workflow_bindings();

} // namespace forager::scripting
