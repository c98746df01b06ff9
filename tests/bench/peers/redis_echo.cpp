// The least that a program can do to answer messages of a Redis server: hiredis, one connection to hear, one to
// publish, blocking. Answers bench.echo on answers, and counts those on bench.count until one says "last".
//
//   redis_echo PORT

#include <hiredis/hiredis.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

namespace {

redisContext* connected(int port)
{
    redisContext* context = redisConnect("127.0.0.1", port);
    if (context == nullptr || context->err != 0) {
        std::cerr << "there is no server at port " << port << "\n";
        std::exit(1);
    }
    return context;
}

void publish(redisContext* context, std::string_view payload)
{
    freeReplyObject(redisCommand(context, "PUBLISH answers %b", payload.data(), payload.size()));
}

std::string_view text(const redisReply* reply)
{
    return {reply->str, static_cast<std::size_t>(reply->len)};
}

} // namespace

int main(int count, char** words)
{
    if (count != 2)
        return 2;
    const int port = std::atoi(words[1]);
    redisContext* hears = connected(port);
    redisContext* publishes = connected(port);
    freeReplyObject(redisCommand(hears, "PSUBSCRIBE bench.*"));
    long long counted = 0;
    for (;;) {
        redisReply* reply = nullptr;
        if (redisGetReply(hears, reinterpret_cast<void**>(&reply)) != REDIS_OK)
            return 1;
        const std::string_view channel = text(reply->element[2]);
        const std::string_view payload = text(reply->element[3]);
        counted += channel == "bench.count" ? 1 : 0;
        if (channel == "bench.echo")
            publish(publishes, payload);
        if (channel == "bench.count" && payload == "last")
            publish(publishes, std::to_string(std::exchange(counted, 0)));
        freeReplyObject(reply);
    }
}
