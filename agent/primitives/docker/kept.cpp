#include "primitives/docker/kept.hpp"

#include "ports/within.hpp"

#include <chrono>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

constexpr Duration grace_to_remove = std::chrono::seconds{30};

constexpr const char* place_label = "forager.kept";
constexpr const char* root_label = "forager.kept.root";
constexpr const char* invocation_label = "forager.kept.invocation";
constexpr const char* part_label = "forager.kept.part";
constexpr const char* print_label = "forager.kept.print";
constexpr const char* boot_label = "forager.kept.boot";

} // namespace

docker::Pairs KeptContainers::labels(const KeptClaim& claim) const
{
    const Keep& keep = claim.keep;
    return {{place_label, name_of(keep)}, {root_label, keep.root},    {invocation_label, keep.invocation},
            {part_label, keep.part},      {print_label, claim.print}, {boot_label, clock_.boot()}};
}

bool KeptContainers::take_up(const Object& listed)
{
    const auto labels = part<Object>(listed, "Labels");
    const auto name = part<std::string>(labels, place_label);
    if (name.empty() || part<std::string>(labels, boot_label) != clock_.boot())
        return false;
    Entry entry;
    entry.id = part<std::string>(listed, "Id");
    entry.root = part<std::string>(labels, root_label);
    entry.invocation = part<std::string>(labels, invocation_label);
    entry.part = part<std::string>(labels, part_label);
    entry.print = part<std::string>(labels, print_label);
    return KeptPlaces::take_up(name, std::move(entry));
}

asio::awaitable<Result<std::optional<docker::ContainerState>>> KeptContainers::claim(KeptClaim claim)
{
    std::optional<docker::ContainerState> found;
    const std::string name = name_of(claim.keep);
    const Entry* known = find(name);
    if (known == nullptr)
        co_return found;
    if (known->print == claim.print) {
        auto inspected = co_await docker::inspect(client_, known->id);
        if (inspected.has_error() && inspected.error().code != Errc::not_found)
            co_return inspected.error();
        if (inspected.has_value())
            found = docker::state_in(*inspected);
        if (found && found->status == "created")
            found.reset();
    }
    if (found)
        begin(claim.keep, claim.print, found->id);
    else
        co_await forget(name);
    co_return found;
}

asio::awaitable<void> KeptContainers::remove(std::string id)
{
    docker::Removal removal;
    removal.force = true;
    const TimePoint deadline = clock_.now() + grace_to_remove;
    auto removed = co_await within(clock_, deadline, docker::remove(client_, id, removal), "");
    if (removed.has_error())
        owe_(std::move(id));
}

} // namespace forager::docker_work
