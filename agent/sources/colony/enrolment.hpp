// How an executor becomes known to its colony: added and approved with the owner's key, or found there as somebody else
// registered it; with what the machine has, and the functions that it offers. Part of the colony source.
#pragma once

#include "clients/colonies/types/executor.hpp"
#include "clients/colonies/types/function.hpp"
#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <vector>

namespace forager::colony {

class Enrolment {
public:
    explicit Enrolment(Desk& desk) : desk_{desk} {}

    /// Once more is harmless. Gives whether it was unknown before: what it held, the colony has taken back then.
    /// Failures: those of the calls; bad_arguments, with what to do, when the name is somebody else's, the owner has
    /// rejected it, nobody has registered the key, or it is registered otherwise than configured.
    boost::asio::awaitable<Result<bool>> enrol();

    /// Whether the functions are others than those that were told.
    bool has_news();

    /// Takes the executor off the colony's list, where it put itself there: what it still holds is given to others.
    boost::asio::awaitable<Result<void>> leave();

private:
    boost::asio::awaitable<Result<colonies::Executor>> find();
    boost::asio::awaitable<Result<void>> add();
    boost::asio::awaitable<Result<std::optional<colonies::Executor>>> namesake();
    boost::asio::awaitable<Result<void>> add_location();
    Result<void> take_over(const colonies::Executor& found);
    boost::asio::awaitable<Result<void>> tell_machine(colonies::Executor found);
    boost::asio::awaitable<Result<void>> tell_functions();
    boost::asio::awaitable<Result<void>> add_function(colonies::Function function);
    std::vector<colonies::Function> offered() const;

    Desk& desk_;
    std::optional<std::vector<colonies::Function>> told_;
    std::size_t told_at_ = 0; // the number of changes, when it was still the same
    colonies::RecordShape shape_ = colonies::RecordShape::lists;
};

} // namespace forager::colony
