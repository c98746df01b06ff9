#include "clients/redis/reply.hpp"

#include "base/text.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <utility>

namespace forager::redis {

namespace {

constexpr int most_elements = 100'000; // of one list: their room is taken before they come

// The reader wants pointers: the outermost one is a whole reply, the others are values inside of it.
Value* value_at(const redisReadTask* task)
{
    if (task->parent == nullptr)
        return &(new Reply)->value; // the first member
    auto* list = static_cast<Value*>(task->parent->obj)->get<Array>();
    return &(*list)[static_cast<std::size_t>(task->idx)];
}

void* put(const redisReadTask* task, Value value)
{
    Value* place = value_at(task);
    *place = std::move(value);
    return place;
}

// No exception may pass the library: without memory it gets a null pointer.
template <class Work> void* guarded(Work work) noexcept
{
    try {
        return work();
    } catch (...) {
        return nullptr;
    }
}

void* create_string(const redisReadTask* task, char* bytes, size_t size)
{
    return guarded([&]() -> void* {
        std::string text{bytes, size};
        if (task->type != REDIS_REPLY_ERROR)
            return put(task, Value{std::move(text)});
        if (task->parent != nullptr) // of one command among several
            return put(task, Value{Object{{"error", std::move(text)}}});
        auto* reply = new Reply;
        reply->error = std::move(text);
        return &reply->value;
    });
}

// Newer versions of the library count otherwise.
template <class Count> void* create_array(const redisReadTask* task, Count elements)
{
    if (elements < Count{} || elements > static_cast<Count>(most_elements))
        return nullptr;
    return guarded([&] { return put(task, Value{Array(static_cast<std::size_t>(elements))}); });
}

void* create_integer(const redisReadTask* task, long long number)
{
    return guarded([&] { return put(task, Value{number}); });
}

void* create_nil(const redisReadTask* task)
{
    return guarded([&] { return put(task, Value{}); });
}

Reply* reply_of(void* object)
{
    return reinterpret_cast<Reply*>(object);
}

void free_object(void* object)
{
    delete reply_of(object);
}

static_assert(offsetof(Reply, value) == 0);

// Newer versions know of kinds that nobody has asked for: whoever sends one is not understood.
template <class Functions> Functions make_functions()
{
    Functions functions{};
    functions.createString = create_string;
    functions.createArray = create_array;
    functions.createInteger = create_integer;
    functions.createNil = create_nil;
    functions.freeObject = free_object;
    if constexpr (requires { functions.createDouble; })
        functions.createDouble = [](const redisReadTask*, double, char*, size_t) -> void* { return nullptr; };
    if constexpr (requires { functions.createBool; })
        functions.createBool = [](const redisReadTask*, int) -> void* { return nullptr; };
    return functions;
}

redisReplyObjectFunctions functions = make_functions<redisReplyObjectFunctions>();

} // namespace

struct ReplyParser::Reader {
    struct Free {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };

    std::unique_ptr<redisReader, Free> it{redisReaderCreateWithFunctions(&functions)};
};

ReplyParser::ReplyParser(std::size_t limit) : reader_{std::make_unique<Reader>()}, limit_{limit}
{
    if (!reader_->it)
        throw std::bad_alloc{};
}

ReplyParser::~ReplyParser() = default;

void ReplyParser::feed(std::string_view bytes)
{
    (void)redisReaderFeed(reader_->it.get(), bytes.data(), bytes.size()); // what goes wrong the next reply says
}

Result<std::optional<Reply>> ReplyParser::next()
{
    void* object = nullptr;
    if (redisReaderGetReply(reader_->it.get(), &object) != REDIS_OK)
        return Failure{Errc::refused,
                       "it does not speak as a Redis server does (" + printable(reader_->it->errstr) + ")"};
    if (object == nullptr && reader_->it->len > limit_)
        return Failure{Errc::limit, "it sends more than " + bytes_text(limit_) + " at once"};
    if (object == nullptr)
        return std::optional<Reply>{};
    const std::unique_ptr<Reply> reply{reply_of(object)};
    return std::optional{std::move(*reply)};
}

std::string command_text(std::span<const std::string_view> words)
{
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string_view word : words)
        text.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
    return text;
}

std::string command_text(std::initializer_list<std::string_view> words)
{
    return command_text(std::span{words.begin(), words.size()});
}

} // namespace forager::redis
