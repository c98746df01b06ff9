#include "store/store.hpp"

#include <utility>

namespace forager::store {

Store::Store(boost::asio::any_io_executor executor, Clock& clock, Opened opened, const Config& config)
    : set_aside_{std::move(opened.set_aside)},
      damage_{std::move(opened.damage)},
      writer_{std::move(executor), clock, std::move(opened.database), config.beside},
      logs_{writer_, clock, config.log_lines}
{
}

Result<std::unique_ptr<Store>> Store::open(boost::asio::any_io_executor executor, Clock& clock, Config config)
{
    auto opened = open_database(config.path);
    if (!opened)
        return opened.error();
    return std::unique_ptr<Store>{new Store{std::move(executor), clock, std::move(*opened), config}};
}

} // namespace forager::store
