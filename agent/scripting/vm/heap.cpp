#include "scripting/vm/heap.hpp"

#include <cstdlib>

namespace forager::scripting {

void* Heap::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size)
{
    Heap& heap = *static_cast<Heap*>(self);
    const std::size_t freed = block == nullptr ? 0 : old_size; // else it says the kind of the new object
    if (new_size == 0) {
        std::free(block);
        heap.used_ -= freed;
        return nullptr;
    }
    const std::size_t ceiling = heap.limit_ + (heap.reserves_ > 0 ? reserve : 0);
    if (new_size > freed && heap.used_ - freed + new_size > ceiling) {
        heap.full_();
        return nullptr;
    }
    void* moved = std::realloc(block, new_size);
    if (moved != nullptr)
        heap.used_ = heap.used_ - freed + new_size;
    return moved;
}

} // namespace forager::scripting
