// A member of a colony whose server answers each call as a test says, and knows no subscriptions.
#pragma once

#include "colony_world.hpp"
#include "primitives/colony/member.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

struct AskedColony {
    using Answer = std::function<Reply(const Heard& call)>;

    AskedColony()
        : world{[this](const std::string& request) {
              if (request.starts_with("GET /pubsub"))
                  return answer(404, "404 page not found");
              calls.push_back(heard(request.substr(request.find("\r\n\r\n") + 4)));
              const auto found = on.find(calls.back().call);
              return found == on.end() ? reply_of("{}") : found->second(calls.back());
          }},
          member{std::shared_ptr<colonies::Client>{&world.client, [](auto*) {}}, world.key, "c", world.clock}
    {
    }

    /// The same payload each time.
    void always(const std::string& call, std::string payload)
    {
        on[call] = [payload = std::move(payload)](const Heard&) { return reply_of(payload); };
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return world.run(std::move(work)); }

    std::size_t count(const std::string& call) const
    {
        return static_cast<std::size_t>(std::ranges::count(calls, call, &Heard::call));
    }

    /// The last of these calls.
    const Object& last(const std::string& call) const
    {
        return std::ranges::find(calls.rbegin(), calls.rend(), call, &Heard::call)->payload;
    }

    std::map<std::string, Answer> on; ///< by the call's name; others are answered with nothing
    std::vector<Heard> calls;
    ColonyWorld world;
    ColonyMember member;
};

} // namespace forager::test
