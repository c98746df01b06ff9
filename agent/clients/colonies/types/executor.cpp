#include "clients/colonies/types/executor.hpp"

#include "clients/colonies/types/spec_members.hpp"

#include <utility>

namespace forager::colonies {

void members(auto& io, Is<Hardware> auto& hardware)
{
    io("model", hardware.model);
    io("nodes", hardware.nodes);
    io("cpu", hardware.cpu);
    io("cores", hardware.cores);
    io("mem", hardware.memory);
    io("storage", hardware.storage);
    io("gpu", hardware.gpu);
    io("platform", hardware.platform);
    io("architecture", hardware.architecture);
    io("network", hardware.network);
}

void members(auto& io, Is<Software> auto& software)
{
    io("name", software.name);
    io("type", software.type);
    io("version", software.version);
}

void members(auto& io, Is<Capabilities> auto& capabilities)
{
    io.one_or_list("hardware", capabilities.hardware);
    io.one_or_list("software", capabilities.software);
}

void members(auto& io, Is<Allocation> auto& allocation)
{
    io("allocatedcpu", allocation.allocated_cpu);
    io("usedcpu", allocation.used_cpu);
    io("allocatedgpu", allocation.allocated_gpu);
    io("usedgpu", allocation.used_gpu);
    io("allocatedstorage", allocation.allocated_storage);
    io("usedstorage", allocation.used_storage);
}

void members(auto& io, Is<Allocations> auto& allocations)
{
    io("projects", allocations.projects);
}

void members(auto& io, Is<Position> auto& location)
{
    io("long", location.longitude);
    io("lat", location.latitude);
    io("desc", location.description);
}

void members(auto& io, Is<Executor> auto& executor)
{
    io("executorid", executor.id);
    io("executortype", executor.type);
    io("executorname", executor.name);
    io("colonyname", executor.colony);
    io("state", executor.state);
    io("requirefuncreg", executor.requires_functions);
    io("commissiontime", executor.commissioned);
    io("lastheardfromtime", executor.last_heard);
    io.optional("locationname", executor.location);
    io.optional("location", executor.position);
    io("capabilities", executor.capabilities);
    io("allocations", executor.allocations);
    io.optional("blueprintid", executor.blueprint_id);
    io.optional("blueprintgen", executor.blueprint_generation);
}

std::string_view name_of(const Capabilities&)
{
    return "capabilities";
}

std::string_view name_of(const Allocations&)
{
    return "allocations";
}

std::string_view name_of(const Executor&)
{
    return "executor";
}

template Result<Capabilities> read(const Value&);
template Object to_object(const Capabilities&);
template Result<Allocations> read(const Value&);
template Object to_object(const Allocations&);
template Result<Executor> read(const Value&);
template Result<std::vector<Executor>> read_list(const Value&);
template Object to_object(const Executor&);

namespace {

// An empty list is an empty object there.
void keep_first(Object& object, std::string_view name)
{
    Value* member = object.find(name);
    const auto* list = member->get<Array>();
    Value first = list->empty() ? Value{Object{}} : list->front();
    *member = std::move(first);
}

} // namespace

Object to_object(const Capabilities& capabilities, RecordShape shape)
{
    Object object = to_object(capabilities);
    if (shape == RecordShape::single) {
        keep_first(object, "hardware");
        keep_first(object, "software");
    }
    return object;
}

Object to_object(const Executor& executor, RecordShape shape)
{
    Object object = to_object(executor);
    object.set("capabilities", to_object(executor.capabilities, shape));
    if (shape == RecordShape::single)
        object.set("location", Writer::value_of(executor.position.value_or(Position{})));
    return object;
}

} // namespace forager::colonies
