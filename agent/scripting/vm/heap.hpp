// The memory of one script: Lua's allocator with a ceiling.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

namespace forager::scripting {

class Heap {
public:
    static constexpr std::size_t default_limit = std::size_t{192} * 1024 * 1024;

    /// `full` is called when the heap has no room; it must not throw, and must not allocate in it.
    Heap(std::size_t limit, std::function<void()> full) : limit_{limit}, full_{std::move(full)} {}

    std::size_t used() const { return used_; }
    std::size_t limit() const { return limit_; }

    /// While one lives, a little more than the limit may be taken: telling that the memory is full takes memory.
    class Reserve {
    public:
        explicit Reserve(Heap& heap) : heap_{heap} { ++heap_.reserves_; }
        Reserve(const Reserve&) = delete;
        Reserve& operator=(const Reserve&) = delete;
        ~Reserve() { --heap_.reserves_; }

    private:
        Heap& heap_;
    };

    /// A `lua_Alloc`; `self` is the heap.
    static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);

private:
    static constexpr std::size_t reserve = 64 * 1024;

    std::size_t limit_;
    std::function<void()> full_;
    std::size_t used_ = 0;
    int reserves_ = 0;
};

} // namespace forager::scripting
