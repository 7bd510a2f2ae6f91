FROM composer:2.8.5 AS vendor
WORKDIR /app
COPY composer.json composer.lock ./
RUN composer install --no-dev --no-scripts --prefer-dist --no-interaction

FROM php:8.4.4-fpm-alpine3.21
RUN apk add --no-cache --virtual .build $PHPIZE_DEPS \
 && pecl install redis-6.1.0 \
 && docker-php-ext-enable redis \
 && apk del .build
WORKDIR /var/www/html
COPY --from=vendor /app/vendor vendor
COPY public public
COPY src src
USER www-data
EXPOSE 9000
