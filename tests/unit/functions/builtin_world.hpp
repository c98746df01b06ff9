// The built-in functions over a runner that runs nothing.
#pragma once

#include "functions/builtin.hpp"
#include "recording_runner.hpp"
#include "world.hpp"

namespace forager::test {

class BuiltinWorld : public World {
public:
    BuiltinWorld() { add_builtin_functions(registry, clock, runner, docker); }

    Failure failure(Invocation invocation) { return call(std::move(invocation)).error(); }

    RecordingRunner runner;
    DockerAccess docker = [] { return Failure{Errc::refused, "there is no Docker engine"}; };
};

} // namespace forager::test
