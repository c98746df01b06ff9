// How a cancellation looks to those who must tell it from other exceptions.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace forager {

/// Whether this is how Asio unwinds a cancelled coroutine.
inline bool is_cancellation(const std::exception& error)
{
    const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
    return system != nullptr && system->code() == boost::asio::error::operation_aborted;
}

inline bool is_cancellation(const std::exception_ptr& thrown)
{
    try {
        if (thrown)
            std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        return is_cancellation(error);
    } catch (...) {
    }
    return false;
}

[[noreturn]] inline void throw_cancelled()
{
    throw boost::system::system_error{boost::asio::error::operation_aborted};
}

} // namespace forager
