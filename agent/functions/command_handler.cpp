#include "functions/command_handler.hpp"

#include "functions/lines_to_observer.hpp"
#include "primitives/command_scope.hpp"

#include <utility>

namespace forager {

boost::asio::awaitable<Outcome> CommandHandler::run(const Invocation& invocation, std::vector<Value>,
                                                    Observer& observer)
{
    auto command = words_.command(invocation);
    if (!command)
        co_return command.error();
    LinesToObserver lines{invocation, observer};
    command->lines = &lines;
    CommandScope scope{processes_};
    command->scope = scope.id();
    auto completed = co_await scope.around(run_checked(processes_, std::move(*command), true));
    co_return words_.outcome(std::move(completed));
}

} // namespace forager
