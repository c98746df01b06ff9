#include "scripting/border.hpp"

#include "io/formats/json.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

asio::awaitable<Outcome> at_once(Outputs outputs)
{
    co_return outputs;
}

} // namespace

asio::awaitable<Outcome> StubBorder::answer(Crossing call)
{
    call.request.script.used_stub = true;
    Outputs outputs;
    if (call.stub != nullptr)
        outputs.push_back(parse_json(call.stub).value());
    return at_once(std::move(outputs));
}

} // namespace forager::scripting
