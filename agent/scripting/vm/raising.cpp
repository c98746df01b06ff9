// How errors reach scripts, also where there is no room to make one.
#include "scripting/vm/vm.hpp"

#include "base/text.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/vm/protect.hpp"

#include <new>
#include <utility>

namespace forager::scripting {

namespace {

// Their addresses name values in the registry.
const char cancellation_key = 0;
const char memory_key = 0;
const char raised_key = 0;

Failure full_heap(std::size_t limit)
{
    return {Errc::limit, "the script's Lua heap is full: it may hold " + bytes_text(limit)};
}

} // namespace

// Made beforehand: a cancellation is always the same one, and a full heap has no room for another.
bool Vm::keep_errors()
{
    Failure cancelled{Errc::cancelled, "cancelled"};
    Failure memory = full_heap(config_.heap_limit);
    auto keep = [&](lua_State* L) {
        push_failure(L, cancelled);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &cancellation_key);
        push_failure(L, memory);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &memory_key);
    };
    return protect(state_, keep) == LUA_OK;
}

void Vm::push_cancellation(lua_State* L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &cancellation_key);
}

bool Vm::is_cancellation(lua_State* L, int index) const
{
    if (lua_type(L, index) != LUA_TTABLE)
        return false;
    const void* error = lua_topointer(L, index);
    push_cancellation(L);
    const bool same = lua_topointer(L, -1) == error;
    lua_pop(L, 1);
    return same;
}

void Vm::push_error(lua_State* L, const Failure& failure)
{
    auto push = [&](lua_State* inner) {
        push_failure(inner, failure);
        lua_rawsetp(inner, LUA_REGISTRYINDEX, &raised_key);
    };
    const Heap::Reserve reserve{heap_};
    const bool pushed = protect(L, push) == LUA_OK;
    if (!pushed)
        lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, pushed ? &raised_key : &memory_key);
}

void Vm::note_full_heap() noexcept
{
    lua_State* const L = current_ == nullptr ? nullptr : slicer_.running();
    if (L == nullptr)
        return;
    try {
        full_at_ = place_of(L);
    } catch (const std::bad_alloc&) {
        full_at_.clear(); // the error does without its place
    }
}

void Vm::push_memory_failure(lua_State* L)
{
    Failure failure = full_heap(config_.heap_limit);
    failure.where = std::exchange(full_at_, {});
    push_error(L, failure);
}

} // namespace forager::scripting
