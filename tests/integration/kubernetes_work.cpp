// What functions do in a cluster, one call for each start: kubernetes_work CALL ARGUMENT…, where objects and options
// are JSON. Started by kubernetes_work_test.py, which brings up the cluster that the environment names. Says the value
// or the error as JSON; lines of jobs and logs before that.
#include "clients/kubernetes/finding.hpp"
#include "io/entropy.hpp"
#include "io/formats/json.hpp"
#include "io/process/local_process_runner.hpp"
#include "primitives/kubernetes/deployments.hpp"
#include "primitives/kubernetes/jobs.hpp"
#include "primitives/kubernetes/logs.hpp"
#include "primitives/kubernetes/objects.hpp"
#include "primitives/unix.hpp"
#include "strand.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::kubernetes_work;
using namespace forager::test;

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

KubernetesCluster::Config config()
{
    kubernetes::Whereabouts where;
    where.kubeconfig = variable("KUBECONFIG");
    where.space = variable("FORAGER_SPACE");
    KubernetesCluster::Config config;
    config.client.access = kubernetes::find_access(where).value();
    return config;
}

struct Printer final : LineSink {
    boost::asio::awaitable<void> line(Stream, std::string text) override
    {
        std::cout << "line " << text << std::endl;
        co_return;
    }
};

struct Work {
    explicit Work(std::vector<std::string> words) : words{std::move(words)} {}

    std::string text(std::size_t index) const { return words.at(index); }
    Object object(std::size_t index) const
    {
        return index < words.size() ? *parse_json(words[index]).value().get<Object>() : Object{};
    }

    template <class T> Result<Value> of(boost::asio::awaitable<Result<T>> work)
    {
        auto done = strand.run(std::move(work));
        if (done.has_error())
            return done.error();
        return Value{std::move(*done)};
    }

    Result<Value> of(boost::asio::awaitable<Result<void>> work)
    {
        const auto done = strand.run(std::move(work));
        return done.has_error() ? Result<Value>{done.error()} : Value{};
    }

    Result<Value> of(boost::asio::awaitable<Result<Completed>> work)
    {
        auto done = strand.run(std::move(work));
        return done.has_error() ? Result<Value>{done.error()} : Value{record_of(std::move(*done))};
    }

    // So many changes.
    Result<Value> heard(const std::string& resource, Object options, int count)
    {
        auto feed = strand.run(watch(cluster, resource, std::move(options)));
        if (feed.has_error())
            return feed.error();
        for (int i = 0; i < count; ++i) {
            auto change = strand.run((*feed)->next());
            if (change.has_error())
                return change.error();
            const auto object = part<Object>(*change, "object");
            std::cout << "line " << part<std::string>(*change, "type") << " " << kubernetes::name_of(object)
                      << std::endl;
        }
        return Value{};
    }

    Result<Value> run()
    {
        const std::string call = text(0);
        if (call == "deploy")
            return of(deploy(cluster, object(1)));
        if (call == "scale")
            return of(scale(cluster, text(1), std::stoi(text(2)), object(3)));
        if (call == "wait_ready")
            return of(wait_ready(cluster, text(1), object(2)));
        if (call == "get")
            return of(get(cluster, text(1), text(2), object(3)));
        if (call == "list")
            return of(list(cluster, text(1), object(2)));
        if (call == "apply")
            return of(apply(cluster, object(1), object(2)));
        if (call == "delete")
            return of(remove(cluster, text(1), text(2), object(3)));
        if (call == "watch")
            return heard(text(1), object(2), std::stoi(text(3)));
        if (call == "logs")
            return of(logs(cluster, text(1), object(2), &printer));
        return of(run_job(cluster, object(1), &printer));
    }

    std::vector<std::string> words;
    Strand strand;
    SystemRandom chance;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};
    KubernetesCluster cluster{strand.pool, strand.clock, chance, runner, config()};
    Printer printer;
};

} // namespace

int main(int argc, char** argv)
{
    Work work{std::vector<std::string>(argv + 1, argv + argc)};
    const auto done = work.run();
    std::cout << to_json(done.has_error() ? Value{done.error().to_object()} : *done) << std::endl;
    return done.has_error() ? 1 : 0;
}
