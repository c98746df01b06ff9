// The built-in functions over a runner that runs nothing.
#pragma once

#include "functions/builtin.hpp"
#include "recording_runner.hpp"
#include "world.hpp"

namespace forager::test {

class BuiltinWorld : public World {
public:
    BuiltinWorld() { add_builtin_functions(registry, {clock, runner, docker, kubernetes, files, brokers, {}, {}}); }

    Failure failure(Invocation invocation) { return call(std::move(invocation)).error(); }

    RecordingRunner runner;
    cfs::FilesAccess files = [] { return Failure{Errc::refused, "there are no files of a colony"}; };
    DockerAccess docker = [] { return Failure{Errc::refused, "there is no Docker engine"}; };
    KubernetesAccess kubernetes = [] { return Failure{Errc::refused, "there is no Kubernetes cluster"}; };
    BrokerAccess brokers = [](std::string_view) { return Failure{Errc::refused, "there is no broker"}; };
};

} // namespace forager::test
