#include "scripting/coverage.hpp"

#include "scripting/script.hpp"

#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace forager::scripting {

namespace {

// Lua tells which lines of a function hold code, but of none that is inside of it. Its compiled form tells of all.
// Source: ldump.c and ldebug.c of Lua 5.4.
class Chunk {
public:
    explicit Chunk(std::string_view bytes) : left_{bytes} {}

    void read(CoveredLines& lines)
    {
        skip(header_size);
        (void)byte(); // upvalues of the main function
        read_function(lines);
    }

private:
    static constexpr std::size_t header_size = 4 + 1 + 1 + 6 + 3 + sizeof(lua_Integer) + sizeof(lua_Number);
    static constexpr std::size_t instruction_size = 4;
    static constexpr int absolute = -0x80; // in place of a difference: the line stands in another list

    void skip(std::size_t bytes)
    {
        if (bytes > left_.size())
            throw std::out_of_range{"a chunk of another form"};
        left_.remove_prefix(bytes);
    }

    unsigned char byte()
    {
        const auto first = static_cast<unsigned char>(left_.empty() ? 0 : left_.front());
        skip(1);
        return first;
    }

    std::size_t number()
    {
        std::size_t value = 0;
        for (;;) {
            const unsigned char part = byte();
            value = (value << 7U) | (part & 0x7fU);
            if ((part & 0x80U) != 0)
                return value;
        }
    }

    void skip_text()
    {
        const std::size_t size = number();
        skip(size == 0 ? 0 : size - 1);
    }

    void skip_constant()
    {
        switch (byte()) {
        case 0x03: skip(sizeof(lua_Integer)); break;
        case 0x13: skip(sizeof(lua_Number)); break;
        case 0x04:
        case 0x14: skip_text(); break;
        default: break; // nil and booleans
        }
    }

    void read_function(CoveredLines& lines)
    {
        skip_text(); // its source
        const auto defined = static_cast<int>(number());
        (void)number(); // where it ends
        skip(1);
        const bool variadic = byte() != 0;
        skip(1);
        skip(number() * instruction_size);
        for (std::size_t constants = number(); constants > 0; --constants)
            skip_constant();
        skip(number() * 3); // upvalues
        for (std::size_t functions = number(); functions > 0; --functions)
            read_function(lines);
        read_lines(lines, defined, variadic);
        for (std::size_t locals = number(); locals > 0; --locals) {
            skip_text();
            (void)number();
            (void)number();
        }
        for (std::size_t names = number(); names > 0; --names)
            skip_text();
    }

    void read_lines(CoveredLines& lines, int defined, bool variadic)
    {
        std::vector<int> differences(number());
        for (int& difference : differences)
            difference = static_cast<signed char>(byte());
        std::map<std::size_t, int> at;
        for (std::size_t count = number(); count > 0; --count) {
            const std::size_t instruction = number();
            at[instruction] = static_cast<int>(number());
        }
        int line = defined;
        for (std::size_t i = 0; i < differences.size(); ++i) {
            line = differences[i] == absolute ? at[i] : line + differences[i];
            const bool is_preparation = variadic && i == 0; // of its arguments: no line of its own
            if (!is_preparation)
                lines.try_emplace(line, 0);
        }
    }

    std::string_view left_;
};

int keep_piece(lua_State*, const void* piece, std::size_t size, void* chunk)
{
    static_cast<std::string*>(chunk)->append(static_cast<const char*>(piece), size);
    return 0;
}

std::string compiled(lua_State* L, lua_Debug* frame)
{
    std::string chunk;
    if (lua_checkstack(L, 2) == 0 || lua_getinfo(L, "f", frame) == 0)
        return chunk;
    (void)lua_dump(L, keep_piece, &chunk, 0);
    lua_pop(L, 1);
    return chunk;
}

} // namespace

bool add_lines(std::string_view chunk, CoveredLines& lines)
{
    try {
        Chunk{chunk}.read(lines);
        return true;
    } catch (const std::out_of_range&) {
        return false;
    }
}

// The first that runs of a file is its main function, with all the others in it.
CoveredLines& Coverage::file_at(lua_State* L, lua_Debug* frame)
{
    const std::string_view path = std::string_view{frame->source}.substr(1);
    const auto found = files_.find(path);
    if (found != files_.end())
        return found->second;
    CoveredLines& lines = files_[std::string{path}];
    (void)add_lines(compiled(L, frame), lines);
    return lines;
}

void Coverage::hook(lua_State* L, lua_Debug* frame)
{
    Coverage* coverage = Script::of(L).world().coverage;
    if (coverage == nullptr || lua_getinfo(L, "S", frame) == 0 || frame->source[0] != '@')
        return;
    ++coverage->file_at(L, frame)[frame->currentline];
}

} // namespace forager::scripting
