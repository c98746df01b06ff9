// echo.echo: gives back what it gets.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"

namespace forager {

namespace {

class Echo final : public Handler {
public:
    boost::asio::awaitable<Outcome> run(const Invocation&, std::vector<Value> args, Observer&) override
    {
        co_return std::move(args);
    }
};

} // namespace

void add_echo(Registry& registry)
{
    Function echo;
    echo.name = "echo.echo";
    echo.doc = "Gives back what it gets.";
    echo.parameters = {{"text", Type::any, {}}};
    echo.refusal = "Invalid argument";
    add_function(registry, std::move(echo), std::make_shared<Echo>());
}

} // namespace forager
